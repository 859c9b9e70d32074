/**
 * The envelope every event travels in: who it is, when it was recorded, and what led to it.
 */
import { z } from 'zod'

/**
 * A tolerant reader: fields it does not know pass through unchanged, because a newer writer may have added them
 * and a reader behind this one may need them.
 */
export const Envelope = z.looseObject({
  /** The identity of this event, fixed when it is recorded. Consumers recognise a duplicate by it. */
  id: z.string().min(1),
  type: z.string().min(1),
  /** The version of the shape of `data`; see the upcasters of exercise 08. */
  version: z.int().positive(),
  /** When it was recorded, in ISO 8601, UTC. */
  time: z.iso.datetime(),
  trace_id: z.string().min(1),
  /** The id of the command or the event that directly led to this one. */
  causation_id: z.string().min(1),
  /** The business process it belongs to, e.g. the order's id. Many events share it: it never identifies one. */
  correlation_id: z.string().min(1),
  data: z.looseObject({}),
})
export type Envelope = z.infer<typeof Envelope>

/** What an event can follow from: another event, or a command, which has the same three fields. */
export type Cause = Pick<Envelope, 'id' | 'trace_id' | 'correlation_id'>

/**
 * Records that something happened. Called once per event, in the transaction that stores it; whoever sends it
 * later, and however often, sends this envelope.
 * @throws ZodError when `data` holds something that JSON would lose: a Date, a bigint, a Map, undefined.
 */
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

/** The text an event travels as: the same one however often it is sent. */
export function serializeEvent(event: Envelope): string {
  return JSON.stringify(event)
}

/**
 * Reads an event from the text it travelled as.
 * @throws SyntaxError or ZodError when it is none.
 */
export function parseEvent(text: string): Envelope {
  return Envelope.parse(JSON.parse(text))
}

/** What a consumer remembers to recognise an event that comes again. */
export function dedupeKey(event: Envelope): string {
  return event.id
}

const JsonObject = z.record(z.string(), z.json())
