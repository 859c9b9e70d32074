/**
 * What monitoring would have seen of a run besides lag: restarts, failures, dead letters. And when the last order was decided.
 */
import type { Fold } from '#simulator/trace/fold.ts'
import { known } from '#simulator/trace/records.ts'

/** Counts over the whole run. */
export interface Signs {
  /** Processes that died and were started again. */
  readonly restarts: number
  /** Messages whose handler threw. */
  readonly handlerErrors: number
  /** Statements that the database refused. */
  readonly databaseErrors: number
  /** Requests that got no answer, or one with a status from 500 on, or 429. */
  readonly failedRequests: number
  /** Errors and warnings that KafkaJS logged. */
  readonly clientLog: number
  readonly deadLetters: number
  /** Times that a consumer group was rebalanced. */
  readonly rebalances: number
  /** Virtual time at which the last order was published as confirmed or cancelled. */
  readonly lastDecidedMs: number
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

export const signs: Fold<Signs> = {
  name: 'signs',
  initial: () => ({
    restarts: 0,
    handlerErrors: 0,
    databaseErrors: 0,
    failedRequests: 0,
    clientLog: 0,
    deadLetters: 0,
    rebalances: 0,
    lastDecidedMs: 0,
  }),
  apply(state, traceRecord) {
    const counts: Mutable<Signs> = state
    const record = known(traceRecord)
    switch (record.kind) {
      case 'process.crash':
        counts.restarts++
        break
      case 'kafka.handled':
        if (!record.ok) counts.handlerErrors++
        break
      case 'db.error':
        counts.databaseErrors++
        break
      case 'http.failed':
        counts.failedRequests++
        break
      case 'http.response':
        if (record.status >= 500 || record.status === 429) counts.failedRequests++
        break
      case 'log':
        counts.clientLog++
        break
      case 'kafka.group':
        if (record.state === 'PreparingRebalance') counts.rebalances++
        break
      case 'kafka.append':
        if (record.topic.startsWith('dead.')) counts.deadLetters++
        if (/\/Order(Confirmed|Cancelled)$/.test(record.label)) counts.lastDecidedMs = record.t
    }
    return state
  },
}
