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
    causation_id: cause.correlation_id,
    correlation_id: cause.correlation_id,
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
    'the correlation id is copied into the causation id, so that every event of an order seems to follow from the order itself',
  hints: [
    'ItemBilled follows from ParcelShipped. Which field says so, and what is in it?',
    'The correlation id says to which story an event belongs, the causation id which event or command directly led to it. With the same value in both, the order of the story is gone.',
    'causation_id: cause.id. A command has an id as well.',
  ],
}
