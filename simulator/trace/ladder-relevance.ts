/**
 * Which records of a run a ladder shows: those that concern its subjects, and those that follow from certain messages.
 */
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { concerning } from './concern.ts'
import type { LadderOptions } from './ladder.ts'
import { known, type RunRecord } from './records.ts'

export function relevantRecords(
  records: readonly TraceRecord[],
  { subjects = [], labels = [] }: LadderOptions,
): RunRecord[] {
  if (subjects.length === 0 && labels.length === 0) return records.map(known)
  const seqs = new Set<number>()
  for (const subject of subjects) {
    const { initial, apply } = concerning(subject)
    const concern = initial()
    for (const record of records) apply(concern, record)
    for (const { seq } of concern.records()) seqs.add(seq)
  }
  const wanted = new Set(labels)
  const causes = new Set<number>()
  for (const record of records.map(known)) {
    const names = 'label' in record
    const isWanted = names
      ? wanted.has(record.label)
      : record.kind !== 'process.start' && causes.has(record.cause)
    if (!isWanted) continue
    causes.add(record.seq)
    seqs.add(record.seq)
  }
  addFirstCommits(records, seqs)
  return records.map(known).filter(({ seq }) => seqs.has(seq))
}

/** A message is done with at the first commit beyond it, whichever message led to that commit. */
function addFirstCommits(records: readonly TraceRecord[], seqs: Set<number>): void {
  const waiting = new Map<string, number>()
  for (const record of records.map(known)) {
    if (record.kind === 'kafka.deliver' && seqs.has(record.seq)) {
      const place = `${record.group} ${record.topic}/${record.partition}`
      waiting.set(place, Math.max(waiting.get(place) ?? 0, record.offset))
    } else if (record.kind === 'kafka.commit') {
      const place = `${record.group} ${record.topic}/${record.partition}`
      const offset = waiting.get(place)
      if (offset === undefined || record.offset <= offset) continue
      seqs.add(record.seq)
      waiting.delete(place)
    }
  }
}

/** The key all messages have in common: `order-1` of `order-1/OrderPlaced` and `order-1/StockReserved`. */
export function commonKey(records: readonly RunRecord[]): string {
  const keys = new Set<string>()
  for (const record of records) {
    if (record.kind !== 'kafka.append' && record.kind !== 'kafka.deliver') continue
    keys.add(record.label.slice(0, Math.max(0, record.label.lastIndexOf('/'))))
  }
  return keys.size === 1 ? [...keys][0]! : ''
}
