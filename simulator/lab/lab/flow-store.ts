/**
 * The state of the flow at the player's moment, for the parts of the drawing: each hears only of what it shows.
 */
import { createContext, useContext, useSyncExternalStore } from 'react'
import { createFlowHistory } from './flow-history.ts'
import type { FlowState } from './flow-state.ts'
import type { Player } from './use-player.ts'

export interface FlowStore {
  get(): FlowState
  subscribe(onChange: () => void): () => void
}

export function createFlowStore(player: Player): FlowStore {
  let records = player.getSnapshot().context.tape.records
  let history = createFlowHistory(records)
  return {
    get() {
      const { tape, seq } = player.getSnapshot().context
      if (tape.records !== records) {
        records = tape.records
        history = createFlowHistory(records)
      }
      return history.at(seq)
    },
    subscribe(onChange) {
      const { unsubscribe } = player.subscribe(onChange)
      return unsubscribe
    },
  }
}

export const FlowContext = createContext<FlowStore | undefined>(undefined)

/** @param select takes a part of the state that stays the same object while it does not change */
export function useFlow<T>(select: (state: FlowState) => T): T {
  const store = useContext(FlowContext)
  if (store === undefined) throw new Error('There is no FlowContext around this.')
  return useSyncExternalStore(store.subscribe, () => select(store.get()))
}
