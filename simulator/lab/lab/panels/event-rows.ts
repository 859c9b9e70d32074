/**
 * The records of a run as rows to be read: which ones, and how they are told apart at a glance.
 */
import type { TraceRecord } from '#simulator/world/runtime.ts'
import type { RunResult } from '../../worker/protocol.ts'
import { perRun } from '../axis/per-run.ts'

/** What a record is about, which decides its colour. */
export type Tone = 'fault' | 'trouble' | 'message' | 'database' | 'request' | 'process'

export function toneOf({ kind }: TraceRecord): Tone {
  if (kind.startsWith('fault.') || kind === 'heal') return 'fault'
  if (TROUBLE.has(kind)) return 'trouble'
  if (kind.startsWith('kafka.') || kind.startsWith('store.')) return 'message'
  if (kind.startsWith('db.')) return 'database'
  if (kind.startsWith('http.') || kind === 'party.did') return 'request'
  return 'process'
}
const TROUBLE = new Set([
  'process.crash',
  'process.gave-up',
  'kafka.lost',
  'kafka.retention',
  'db.error',
  'db.rollback',
  'http.failed',
  'store.conflict',
])

/** Without the samples of the read models, which are not events of the run. */
export const eventsOf = perRun(({ records }: RunResult) => records.filter(({ kind }) => kind !== 'observe'))

/** How many rows have happened by `seq`. */
export function countUpTo(rows: readonly { readonly seq: number }[], seq: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rows[middle]!.seq <= seq) low = middle + 1
    else high = middle
  }
  return low
}
