/**
 * Which records a person who steps through a run wants to stop at.
 */
import { known } from '#simulator/trace/records.ts'
import type { TraceRecord } from '#simulator/world/runtime.ts'

/** Samples of read models and the inner steps of a rebalance change nothing that the flow shows. */
export function isWorthSeeing(traceRecord: TraceRecord): boolean {
  const record = known(traceRecord)
  switch (record.kind) {
    case 'observe':
    case 'skip':
    case 'log':
      return false
    case 'kafka.group':
      return record.state === 'Stable' || record.state === 'Empty'
    case 'kafka.handled':
      return !record.ok
    default:
      return true
  }
}

/** What a person would say has happened last. */
export function lastWorthSeeing(records: readonly TraceRecord[], seq: number): TraceRecord | undefined {
  for (let last = seq; last > 0; last--) {
    const record = records[last - 1]!
    if (isWorthSeeing(record)) return record
  }
  return undefined
}
