/**
 * Hand-written traces for tests: only the fields that matter, the rest filled in.
 */
import type { TraceRecord } from '#simulator/world/runtime.ts'
import type { RunRecord } from './records.ts'

/** A record without its number; `t`, `process` and `cause` are 0, `world` and 0 unless told. */
type Draft = RunRecord extends infer R
  ? R extends RunRecord
    ? Omit<R, 'seq' | 't' | 'process' | 'cause'> & Partial<Pick<R, 't' | 'process' | 'cause'>>
    : never
  : never

/** Numbers the records 1, 2, 3, …; a record without `t` happens at the time of the one before it. */
export function traceOf(...drafts: Draft[]): TraceRecord[] {
  let t = 0
  return drafts.map((draft, index) => {
    t = draft.t ?? t
    return { process: 'world', cause: 0, ...draft, seq: index + 1, t }
  })
}

/** A message in the log, with the fields a test rarely cares for. */
export function appended(
  topic: string,
  offset: number,
  fields: {
    t?: number
    process?: string
    cause?: number
    label?: string
    value?: string
    partition?: number
  } = {},
) {
  const label = fields.label ?? 'order-1/OrderPlaced'
  const process = fields.process ?? 'relay'
  return {
    kind: 'kafka.append' as const,
    topic,
    partition: 0,
    offset,
    key: label.split('/')[0]!,
    label,
    value: null,
    producer: process,
    ...fields,
    process,
  }
}
