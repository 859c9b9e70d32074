/**
 * Everything a run can write down, as one union: `switch (record.kind)` narrows it.
 */
import type { EventStoreRecord } from '#simulator/event-store/records.ts'
import type { HttpRecord } from '#simulator/http/records.ts'
import type { KafkaRecord } from '#simulator/kafka/records.ts'
import type { DatabaseRecord } from '#simulator/sqlite/records.ts'
import type { WorldRecord } from '#simulator/world/records.ts'
import type { TraceRecord } from '#simulator/world/runtime.ts'

/** A sample of a read model, taken by the harness between steps. */
export interface ObserveRecord {
  kind: 'observe'
  model: string
  /** The rows that are new or different since the last sample, by key. */
  rows: Readonly<Record<string, unknown>>
  /** Keys of rows that are gone. */
  removed: readonly string[]
  /** How many rows are not what the fold of the log says, missing and superfluous ones included. */
  drift: number
}

export type RunRecord = Stamped<
  WorldRecord | KafkaRecord | DatabaseRecord | HttpRecord | EventStoreRecord | ObserveRecord
>

/** The records of one kind: `RecordOf<'kafka.append'>`. */
export type RecordOf<Kind extends RunRecord['kind']> = Extract<RunRecord, { kind: Kind }>

/** Distributes over the union, which keeps it discriminated by `kind`. */
type Stamped<R> = R extends { kind: string } ? R & Omit<TraceRecord, 'kind'> : never

/**
 * A trace record as one of the known kinds. A fold must ignore kinds it does not know, which a `switch` without a
 * `default` that throws does: a trace may be newer than its reader.
 */
export function known(record: TraceRecord): RunRecord {
  return record as RunRecord
}
