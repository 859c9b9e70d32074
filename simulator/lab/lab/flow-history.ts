/**
 * The state of the flow at any moment of a run, quickly: checkpoints along the trace, and the few records behind the nearest one.
 */
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { applyToFlow, EMPTY_FLOW, type FlowState } from './flow-state.ts'

export interface FlowHistory {
  at(seq: number): FlowState
}

const BETWEEN_CHECKPOINTS = 256

export function createFlowHistory(records: readonly TraceRecord[]): FlowHistory {
  /** After 0, 256, 512, … records; made as far as anybody has asked. */
  const checkpoints: FlowState[] = [EMPTY_FLOW]
  let last = { seq: 0, state: EMPTY_FLOW }

  function fold(state: FlowState, from: number, to: number): FlowState {
    let folded = state
    for (let index = from; index < to; index++) folded = applyToFlow(folded, records[index]!)
    return folded
  }

  return {
    at(wanted) {
      const seq = Math.min(records.length, Math.max(0, wanted))
      const nearest = Math.floor(seq / BETWEEN_CHECKPOINTS)
      while (checkpoints.length <= nearest) {
        const from = (checkpoints.length - 1) * BETWEEN_CHECKPOINTS
        checkpoints.push(fold(checkpoints.at(-1)!, from, from + BETWEEN_CHECKPOINTS))
      }
      const checkpointSeq = nearest * BETWEEN_CHECKPOINTS
      // Going on from where it was keeps every object that has not changed the same.
      const isAhead = last.seq <= seq && last.seq >= checkpointSeq
      const state = isAhead
        ? fold(last.state, last.seq, seq)
        : fold(checkpoints[nearest]!, checkpointSeq, seq)
      last = { seq, state }
      return state
    },
  }
}
