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
    correlation_id: cause.correlation_id,
    data: JsonObject.parse(data),
  }
}

export function serializeEvent(event: Envelope): string {
  return JSON.stringify({ ...event, id: crypto.randomUUID() })
}

export function parseEvent(text: string): Envelope {
  return Envelope.parse(JSON.parse(text))
}

export function dedupeKey(event: Envelope): string {
  return event.id
}

const JsonObject = z.record(z.string(), z.json())

export const mistake: Mistake = {
  outcome: 'doubled',
  explanation:
    'what an event is recognised by is made when it is sent, so that an event that is sent again after a crash looks like another one',
  hints: [
    'Shipping sends an event, dies before it has ticked it off, and sends it again. How is anybody to see that it is the same one?',
    'An id says which event it is, not which message. Who sends the event a second time has to find the id it had the first time.',
    'Make the id in createEvent, and nowhere else, and let dedupeKey return it. serializeEvent writes down what the event says; it adds nothing and changes nothing.',
  ],
}
