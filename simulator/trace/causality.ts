/**
 * Whether every published event can be traced to the command it follows from, by the ids in the envelopes alone:
 * as somebody would have to do who sees nothing but the topics.
 */

import { type EnvelopeFacts, readEnvelope } from './envelope.ts'
import type { Fold } from './fold.ts'
import { known } from './records.ts'

export interface PublishedEvent extends EnvelopeFacts {
  readonly label: string
  /** Where it was published first, as `topic/partition@offset`. */
  readonly at: string
  readonly seq: number
  /** How often it was published: the same id again is the same event. */
  copies: number
}

export interface CausalityState {
  /** By id, in order of publication. */
  readonly events: ReadonlyMap<string, PublishedEvent>
  /** Messages that are no events: their value has no id. */
  readonly withoutId: readonly string[]
}

export interface CausalChain {
  /** From the event back to the first one that is known. */
  readonly events: readonly PublishedEvent[]
  /** The id of the command at its root: what the first event names as its cause and no topic has. */
  readonly command: string | undefined
  /** Why the chain leads to no command. */
  readonly broken: 'no-causation' | 'names-itself' | 'cycle' | 'other-correlation' | undefined
}

interface Index extends CausalityState {
  readonly events: Map<string, PublishedEvent>
  readonly withoutId: string[]
}

export const causality: Fold<CausalityState> = {
  name: 'causality',
  initial: (): Index => ({ events: new Map(), withoutId: [] }),
  apply(state, traceRecord) {
    const record = known(traceRecord)
    if (record.kind !== 'kafka.append') return state
    const { events, withoutId } = state as Index
    const { topic, partition, offset, label, value, seq } = record
    const at = `${topic}/${partition}@${offset}`
    const envelope = readEnvelope(value)
    if (envelope === undefined) {
      // A tombstone says that something is gone; it is no event.
      if (value !== null) withoutId.push(at)
      return state
    }
    const published = events.get(envelope.id)
    if (published === undefined) events.set(envelope.id, { ...envelope, label, at, seq, copies: 1 })
    else published.copies++
    return state
  },
}

/** The way from an event back to its command. An event whose cause is in no topic follows from a command. */
export function chainOf({ events }: CausalityState, id: string): CausalChain {
  const chain: PublishedEvent[] = []
  const seen = new Set<string>()
  let event = events.get(id)
  const broken = (reason: CausalChain['broken']) => ({ events: chain, command: undefined, broken: reason })
  if (event === undefined) return broken('no-causation')
  for (;;) {
    chain.push(event)
    seen.add(event.id)
    const { causationId, correlationId } = event
    if (causationId === undefined) return broken('no-causation')
    if (causationId === event.id) return broken('names-itself')
    if (seen.has(causationId)) return broken('cycle')
    const cause = events.get(causationId)
    if (cause === undefined) return { events: chain, command: causationId, broken: undefined }
    if (cause.correlationId !== correlationId) return broken('other-correlation')
    event = cause
  }
}

/** The events that cannot be traced to a command, with the reason. */
export function untraceable(
  state: CausalityState,
): { event: PublishedEvent; reason: NonNullable<CausalChain['broken']> }[] {
  const found: { event: PublishedEvent; reason: NonNullable<CausalChain['broken']> }[] = []
  for (const event of state.events.values()) {
    const { broken } = chainOf(state, event.id)
    if (broken !== undefined) found.push({ event, reason: broken })
  }
  return found
}
