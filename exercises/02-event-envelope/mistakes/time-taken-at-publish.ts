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
  return JSON.stringify({ ...event, time: new Date().toISOString() })
}

export function parseEvent(text: string): Envelope {
  return Envelope.parse(JSON.parse(text))
}

export function dedupeKey(event: Envelope): string {
  return event.id
}

const JsonObject = z.record(z.string(), z.json())

export const mistake: Mistake = {
  outcome: 'corrupt',
  explanation:
    'the time is taken when the event is sent, so that an event says it happened later than it did, and each copy says something else',
  hints: [
    'Kafka is away for ten minutes. What time does an event say that was recorded before that and sent after it?',
    'The time of an event is a fact about the event, like its data. When it was sent is another matter, and Kafka keeps that time itself: it is the timestamp of the message.',
    'Take the time in createEvent, once. Neither serializeEvent nor parseEvent has any business with the clock.',
  ],
}
