/**
 * What a click in the flow does.
 */
import { createContext, useContext } from 'react'

export interface FlowActions {
  /** Makes an order, or whatever a message is about, the subject of stories and diagrams. */
  select(subject: string): void
}

export const FlowActionsContext = createContext<FlowActions>({ select: () => {} })

export function useFlowActions(): FlowActions {
  return useContext(FlowActionsContext)
}
