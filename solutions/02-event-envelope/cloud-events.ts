/**
 * The envelope as a CloudEvent 1.0 in JSON, and back, for whoever speaks that instead.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
import { z } from 'zod'
import { Envelope } from './envelope.ts'

/** Names of extension attributes may hold lower-case letters and digits only, hence no underscores here. */
export const CloudEvent = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
  subject: z.string().min(1).optional(),
  time: z.iso.datetime({ offset: true }),
  datacontenttype: z.literal('application/json').default('application/json'),
  dataversion: z.int().positive().default(1),
  traceid: z.string().min(1),
  causationid: z.string().min(1),
  correlationid: z.string().min(1),
  /** Fields of the envelope that this version does not know, as JSON text: their names may be no legal attributes. */
  envelopeextras: z.string().optional(),
  data: z.looseObject({}),
})
export type CloudEvent = z.infer<typeof CloudEvent>

/** @param source who recorded it, as a URI reference: `/orders` */
export function toCloudEvent(event: Envelope, source: string): CloudEvent {
  const { id, type, version, time, trace_id, causation_id, correlation_id, data, ...extras } = event
  return {
    specversion: '1.0',
    id,
    source,
    type,
    subject: correlation_id,
    time,
    datacontenttype: 'application/json',
    dataversion: version,
    traceid: trace_id,
    causationid: causation_id,
    correlationid: correlation_id,
    ...(Object.keys(extras).length > 0 && { envelopeextras: JSON.stringify(extras) }),
    data,
  }
}

/** @throws ZodError when it is no CloudEvent 1.0, or lacks what the envelope needs. */
export function fromCloudEvent(input: unknown): Envelope {
  const event = CloudEvent.parse(input)
  return Envelope.parse({
    ...(event.envelopeextras !== undefined && JSON.parse(event.envelopeextras)),
    id: event.id,
    type: event.type,
    version: event.dataversion,
    time: new Date(event.time).toISOString(),
    trace_id: event.traceid,
    causation_id: event.causationid,
    correlation_id: event.correlationid,
    data: event.data,
  })
}
