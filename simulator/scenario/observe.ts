/**
 * Samples read models over virtual time, as records: their rows so far and what the log says they should be.
 */
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Runtime } from '#simulator/world/runtime.ts'
import type { Evidence, ReadModel } from './scenario.ts'

/** A sample of one read model: the rows that changed since the last sample, and how many differ from the log. */
export interface ObserveRecord {
  kind: 'observe'
  model: string
  rows: Record<string, unknown>
  removed: string[]
  /** Rows that are not what the fold of the log says, including missing and superfluous ones. */
  drift: number
}

/**
 * @param everyMs virtual milliseconds between samples; 0 for none
 * @returns takes one more sample of every model, for the end of a run
 */
export function observeReadModels(
  runtime: Runtime,
  models: readonly ReadModel[],
  evidence: Evidence,
  everyMs: number,
): () => void {
  const seen = new Map<string, Map<string, string>>()

  function sample(): void {
    for (const model of models) {
      const rows = rowsOf(model)
      if (rows === undefined) continue
      const before = seen.get(model.name) ?? new Map<string, string>()
      const now = new Map<string, string>()
      const changed: Record<string, unknown> = {}
      for (const [key, row] of rows) {
        const text = JSON.stringify(row)
        now.set(key, text)
        if (before.get(key) !== text) changed[key] = row
      }
      const removed = [...before.keys()].filter(key => !now.has(key))
      const drift = countDifferences(now, model.expected(evidence))
      seen.set(model.name, now)
      const record: ObserveRecord = { kind: 'observe', model: model.name, rows: changed, removed, drift }
      runtime.record<ObserveRecord>(record, {
        process: model.database,
        effect: false,
        cause: 0,
        detached: true,
      })
    }
  }

  /** A table that cannot be read is no sample; the judge will say so. */
  function rowsOf(model: ReadModel) {
    try {
      return model.read(evidence.database(model.database))
    } catch (error) {
      if (error instanceof WorkbenchError) return undefined
      throw error
    }
  }

  function next(): void {
    sample()
    runtime.schedule(everyMs, next, { owner: null, idle: true })
  }
  if (everyMs > 0) runtime.schedule(everyMs, next, { owner: null, idle: true })
  return sample
}

export function countDifferences(
  rows: ReadonlyMap<string, string>,
  expected: ReadonlyMap<string, unknown>,
): number {
  let differences = 0
  for (const [key, row] of expected) if (rows.get(key) !== JSON.stringify(row)) differences++
  for (const key of rows.keys()) if (!expected.has(key)) differences++
  return differences
}
