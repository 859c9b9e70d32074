/**
 * A fold: everything the workbench shows about a run is one of these over its trace.
 */
import type { TraceRecord } from '#simulator/world/runtime.ts'

export interface Fold<S> {
  readonly name: string
  initial(): S
  /** Takes the next record in; may change `state` in place and return it. */
  apply(state: S, record: TraceRecord): S
}

/** Folds a whole trace at once; a live run feeds the same fold record by record. */
export function fold<S>(definition: Fold<S>, trace: Iterable<TraceRecord>): S {
  let state = definition.initial()
  for (const record of trace) state = definition.apply(state, record)
  return state
}
