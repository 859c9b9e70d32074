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
    id: `${type}-${cause.correlation_id}`,
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
  outcome: 'lost',
  explanation:
    'the id is put together from what several events have in common, so that different events have the same one',
  hints: [
    'Order 1001 leaves in two parcels, at the same moment, by one command. What are the ids of the two events?',
    'An id made from type, order, cause or time is the same for two events that agree in these. To a consumer the second is then a repetition.',
    'crypto.randomUUID() is different every time. If the id is to follow from something, then from what only one event has, such as its stream and its version there.',
  ],
}
