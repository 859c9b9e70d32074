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
    data,
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

export const mistake: Mistake = {
  outcome: 'corrupt',
  explanation:
    'data go into the event as they come, and JSON changes them on the way: a Date arrives as text, a Map as an empty object, undefined not at all',
  hints: [
    'The next version of billing puts a Date, a bigint and a Map into its data. What do their readers get?',
    'JSON.stringify does not fail on most of what it cannot say. It writes something else: a text, null, {}, nothing. The one who could still mend it is whoever calls createEvent.',
    'Let createEvent refuse what JSON would change, however deep it lies: z.record(z.string(), z.json()).parse(data) does. Or carry the types along, and restore them when reading.',
  ],
}
