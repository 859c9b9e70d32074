/**
 * Where two runs part: what happened first in the one and not in the other.
 */
import { sentenceOf } from '#simulator/trace/sentence.ts'
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { commonPrefix } from './common-prefix.ts'

export interface FirstDifference {
  /** How many records they have in common. */
  readonly same: number
  /** The record of the run that is shown; undefined when it had come to its end. */
  readonly here?: { readonly seq: number; readonly t: number; readonly text: string }
  readonly there?: { readonly seq: number; readonly t: number; readonly text: string }
}

/** @returns undefined when the runs are the same */
export function firstDifference(
  here: readonly TraceRecord[],
  there: readonly TraceRecord[],
): FirstDifference | undefined {
  const same = commonPrefix(here, there)
  const [left, right] = [here[same], there[same]]
  if (left === undefined && right === undefined) return undefined
  return {
    same,
    ...(left === undefined ? {} : { here: told(left) }),
    ...(right === undefined ? {} : { there: told(right) }),
  }
}

function told(record: TraceRecord): { seq: number; t: number; text: string } {
  return { seq: record.seq, t: record.t, text: sentenceOf(record) }
}
