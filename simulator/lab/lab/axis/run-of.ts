/**
 * Runs made by hand for tests: a topology, a trace, and nothing else.
 */
import { traceOf as numbered, type traceOf } from '#simulator/trace/trace-of.ts'
import type { RunResult } from '../../worker/protocol.ts'

export function runOf(...drafts: Parameters<typeof traceOf>): RunResult {
  const records = numbered(...drafts)
  const virtualMs = records.at(-1)?.t ?? 0
  return {
    topology: {
      services: [
        { name: 'relay', database: 'orders' },
        { name: 'search', database: 'search' },
      ],
      topics: [{ topic: 'order.events', partitions: 1 }],
      parties: ['psp'],
      readModels: ['search'],
      guarantees: [],
    },
    records,
    traceHash: '',
    holds: true,
    violations: [],
    virtualMs,
    healedAtMs: virtualMs,
    sites: [],
    unstruck: [],
    realMs: 0,
  }
}
