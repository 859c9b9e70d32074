import { z } from 'zod'
import type { Mistake } from '#simulator/explore/check.ts'

export const Envelope = z.looseObject({
  id: z.string().min(1),
  type: z.string().min(1),
  version: z.int().positive(),
  time: z.iso.datetime(),
  trace_id: z.string().min(1),
  causation_id: z.string().min(1),
  correlation_id: z.string().min(1),
  data: z.looseObject({}),
})
export type Envelope = z.infer<typeof Envelope>

export type Cause = Pick<Envelope, 'id' | 'trace_id' | 'correlation_id'>

export function createEvent(
  type: string,
  data: Record<string, unknown>,
  cause: Cause,
  version = 1,
): Envelope {
  return {
    id: crypto.randomUUID(),
    type,
    version,
    time: new Date().toISOString(),
    trace_id: cause.trace_id,
    causation_id: cause.id,
    correlation_id: crypto.randomUUID(),
    data: JsonObject.parse(data),
  }
}

export function serializeEvent(event: Envelope): string {
  return JSON.stringify(event)
}

export function parseEvent(text: string): Envelope {
  return Envelope.parse(JSON.parse(text))
}

export function dedupeKey(event: Envelope): string {
  return event.id
}

const JsonObject = z.record(z.string(), z.json())

export const mistake: Mistake = {
  outcome: 'untraceable',
  explanation:
    'an event starts a context of its own instead of taking over that of its cause, so that nobody can tell what belongs to the same order',
  hints: [
    'A customer asks what became of order 1001. By which field do you find all events that belong to it, in all services?',
    'correlation id and trace id are handed on, from the command to the event and from that to the next. Who makes a new one cuts the chain there.',
    'Take both from the cause: correlation_id: cause.correlation_id and trace_id: cause.trace_id. Only the id is new, and causation_id is the id of the cause.',
  ],
}
