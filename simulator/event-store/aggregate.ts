/**
 * The state of a stream: its events folded by `evolve`.
 */
import type {
  AggregateStreamOptions,
  AggregateStreamResult,
  NewEvent,
  ReadStreamResult,
} from './event-store.ts'

export function aggregate<State, E extends NewEvent>(
  { events, currentStreamVersion, streamExists }: ReadStreamResult<E>,
  { evolve, initialState }: AggregateStreamOptions<State, E>,
): AggregateStreamResult<State> {
  let state = initialState()
  for (const event of events) state = evolve(state, event)
  return { state, currentStreamVersion, streamExists }
}
