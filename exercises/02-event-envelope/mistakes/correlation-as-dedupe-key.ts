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
  return JSON.stringify(event)
}

export function parseEvent(text: string): Envelope {
  return Envelope.parse(JSON.parse(text))
}

export function dedupeKey(event: Envelope): string {
  return event.correlation_id
}

const JsonObject = z.record(z.string(), z.json())

export const mistake: Mistake = {
  outcome: 'lost',
  explanation:
    'what is remembered of an event is shared by all events of its order, so that the second of them passes for a repetition of the first',
  hints: [
    'Order 1001 leaves in two parcels. What do you remember of the first, and what of the second?',
    'The correlation id, the order, the trace and the cause are what events have in common. What tells one event from all others is its id.',
    'dedupeKey returns event.id. Nothing else is needed, as long as the id is made once.',
  ],
}
