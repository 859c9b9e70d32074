import { z } from 'zod'

export const Envelope = z.object({
  /** Every message has an id of its own. */
  message_id: z.string().optional(),
  id: z.string().min(1),
  type: z.string().min(1),
  version: z.int().positive(),
  time: z.iso.datetime(),
  trace_id: z.string().min(1),
  causation_id: z.string().min(1),
  correlation_id: z.string().min(1),
  data: z.record(z.string(), z.unknown()),
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
    data,
  }
}

export function serializeEvent(event: Envelope): string {
  // Your turn: an event may be sent more than once, read by an older service, and hold what JSON cannot say.
  return JSON.stringify({ ...event, message_id: crypto.randomUUID() })
}

export function parseEvent(text: string): Envelope {
  return Envelope.parse(JSON.parse(text))
}

export function dedupeKey(event: Envelope): string {
  return event.message_id ?? event.id
}
