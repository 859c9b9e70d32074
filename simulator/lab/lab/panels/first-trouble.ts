/**
 * Where to look when a guarantee is broken for a subject: the first thing in its story that does not belong to the happy path.
 */
import type { RunRecord } from '#simulator/trace/records.ts'
import type { RunResult } from '../../worker/protocol.ts'
import { perRunAndName } from '../axis/per-run.ts'
import { concernOf } from './subjects.ts'

export interface FirstTrouble {
  readonly seq: number
  readonly t: number
  /** A few words: "a crash", "a redelivery". */
  readonly what: string
}

/** Undefined where its story shows no trouble. */
export const firstTroubleOf = perRunAndName((run: RunResult, subject): FirstTrouble | undefined => {
  for (const record of concernOf(run, subject).records) {
    const what = wordsOf(record)
    if (what !== undefined) return { seq: record.seq, t: record.t, what }
  }
  return undefined
})

function wordsOf(record: RunRecord): string | undefined {
  switch (record.kind) {
    case 'fault.strike':
      return `the ${record.fault} strikes`
    case 'process.crash':
      return `${record.process} crashes`
    case 'kafka.lost':
      return 'a message is lost'
    case 'kafka.deliver':
      return record.redelivery ? 'a message comes again' : undefined
    case 'kafka.handled':
      return record.ok ? undefined : `${record.process} fails`
    case 'http.failed':
      return 'a request fails'
    case 'http.response':
      return record.status >= 500 ? `an answer ${record.status}` : undefined
    case 'db.error':
      return record.code
    case 'db.rollback':
      return 'a transaction is undone'
    case 'store.conflict':
      return 'an append is refused'
    default:
      return undefined
  }
}
