/**
 * What a run is about: the orders, products and whatever else its messages are keyed by; and what concerns one of them.
 */
import { concerning } from '#simulator/trace/concern.ts'
import { fold } from '#simulator/trace/fold.ts'
import { known, type RunRecord } from '#simulator/trace/records.ts'
import { type StoryLine, tell } from '#simulator/trace/story.ts'
import type { RunResult } from '../../worker/protocol.ts'
import { perRun, perRunAndName } from '../axis/per-run.ts'

/** In the order of their first message; those of broken guarantees first, as they are what one wants to look at. */
export const subjectsOf = perRun(({ records, violations }: RunResult): readonly string[] => {
  const found = new Set(violations.flatMap(({ subjects = [] }) => subjects))
  const keys = new Set<string>()
  for (const traceRecord of records) {
    const record = known(traceRecord)
    if (record.kind === 'kafka.append' && record.key !== null) keys.add(record.key)
  }
  for (const key of [...keys].sort(naturally)) found.add(key)
  return [...found]
})

/** `order-2` before `order-10`, and orders before everything else. */
function naturally(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true })
}

interface Concerned {
  readonly records: readonly RunRecord[]
  readonly story: readonly StoryLine[]
}

export const concernOf = perRunAndName(({ records }: RunResult, subject): Concerned => {
  const concern = fold(concerning(subject), records)
  return { records: concern.records(), story: tell(concern) }
})
