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
    id: `${type}-${++count}`,
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

let count = 0

export const mistake: Mistake = {
  outcome: 'lost',
  explanation:
    'ids are counted in memory, so that after a crash they begin anew and belong to other events already',
  hints: [
    'What is the id of the first event after a restart, and which event had it before?',
    'A counter in a variable begins at 1 in every process and after every crash. The new event then bears the id of an old one, and everybody who remembers that one ignores it.',
    'Use an id that needs no memory, crypto.randomUUID() or a UUID of version 7, or count where the count survives: in the database, in the transaction that records the event.',
  ],
}
