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
  return JSON.stringify([event.type, event.data])
}

const JsonObject = z.record(z.string(), z.json())

export const mistake: Mistake = {
  outcome: 'lost',
  explanation:
    'events are recognised by what they say, so that of two events that happen to say the same the second counts as a repetition',
  hints: [
    'Customer care grants two vouchers of five euros. What is the same about the two events, and what is not?',
    'What an event says is no identity: the same thing may well happen twice. Only the id says that it happened twice, and was not reported twice.',
    'dedupeKey returns event.id, and looks at nothing else.',
  ],
}
