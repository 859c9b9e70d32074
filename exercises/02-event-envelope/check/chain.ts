/**
 * What can be read from the envelopes on the wire: what followed from what, and when.
 */
import type { Evidence, Violation } from '#simulator/scenario/scenario.ts'
import { COMMANDS, NEWER_VOUCHER, VOUCHERS } from './world.ts'

/** The fields of an envelope as they were sent; whether they are there has to be seen. */
interface Sent {
  readonly name: string
  readonly id?: unknown
  readonly time?: unknown
  readonly trace_id?: unknown
  readonly causation_id?: unknown
  readonly correlation_id?: unknown
}

/** Everything that can be a cause and comes from outside, by its name. */
const OUTSIDE: ReadonlyMap<string, Sent> = new Map(
  [...COMMANDS, ...VOUCHERS, NEWER_VOUCHER].map(({ id, trace_id, correlation_id }) => [
    id,
    { name: id, id, trace_id, correlation_id },
  ]),
)

export function judgeChain(evidence: Evidence): Violation[] {
  const sent = [...eventsIn(evidence, 'order.events'), ...eventsIn(evidence, 'billing.events')]
  const byName = new Map<string, Sent[]>([...OUTSIDE].map(([name, event]) => [name, [event]]))
  const namesById = new Map<unknown, string>([...OUTSIDE].map(([name, { id }]) => [id, name]))
  const found = new Map<string, Violation>()
  const complain = (message: string, subject: string) =>
    found.set(message, { outcome: 'untraceable', message, subjects: [subject] })

  for (const event of sent) {
    byName.set(event.name, [...(byName.get(event.name) ?? []), event])
    const other = namesById.get(event.id)
    if (other === undefined) namesById.set(event.id, event.name)
    else if (other !== event.name) complain(`${other} and ${event.name} have the same id`, event.name)
  }
  for (const event of sent) {
    const causeName = causeOf(event.name)
    const causes = byName.get(causeName)
    if (causes === undefined) continue
    if (!causes.some(({ id }) => id === event.causation_id))
      complain(
        `${event.name} followed from ${causeName}, but names as its cause ${sayCause(event, causes[0]!)}`,
        event.name,
      )
    for (const field of ['correlation_id', 'trace_id'] as const) {
      if (causes[0]![field] !== event[field])
        complain(`${event.name} has another ${field} than ${causeName}, which it followed from`, event.name)
    }
  }
  return [...found.values()]
}

/** ParcelShipped 1001/parcel-1 follows from the command, and ItemBilled 1001/parcel-1 from that. */
function causeOf(name: string): string {
  const [type, subject = ''] = name.split(' ')
  const [orderId, item = ''] = subject.split('/')
  if (type === 'ParcelShipped') return `ship-${orderId}`
  return OUTSIDE.has(item) ? item : `ParcelShipped ${subject}`
}

function sayCause({ id, causation_id, correlation_id, trace_id }: Sent, cause: Sent): string {
  if (causation_id === undefined) return 'nothing'
  if (causation_id === id) return 'itself'
  if (causation_id === correlation_id || causation_id === cause.correlation_id) return 'its correlation id'
  if (causation_id === trace_id || causation_id === cause.trace_id) return 'its trace id'
  if (causation_id === cause.causation_id) return 'the cause of its cause'
  return 'an id that nothing else has'
}

/** Writing a time without milliseconds is nobody's fault, nor is the blink between two lines. */
const MOST_EARLY_MS = 1_000
const MOST_LATE_MS = 500

export function judgeTimes(
  evidence: Evidence,
  recordedAtMs: ReadonlyMap<string, readonly number[]>,
): Violation[] {
  const found = new Map<string, Violation>()
  for (const topic of ['order.events', 'billing.events']) {
    for (const { name, time } of eventsIn(evidence, topic)) {
      const atMs = typeof time === 'string' ? Date.parse(time) : Number.NaN
      const lateMs = (recordedAtMs.get(name) ?? []).map(recordedMs => atMs - recordedMs)
      if (lateMs.length === 0 || lateMs.some(late => late >= -MOST_EARLY_MS && late <= MOST_LATE_MS)) continue
      const message = Number.isNaN(atMs)
        ? `the time of ${name} is no time in ISO 8601`
        : `the time of ${name} is ${sayLate(lateMs[0]!)} it was recorded`
      found.set(name, { outcome: 'corrupt', message, subjects: [name] })
    }
  }
  return [...found.values()]
}

function sayLate(lateMs: number): string {
  return `${Math.abs(lateMs / 1000).toFixed(1)} s ${lateMs < 0 ? 'before' : 'after'}`
}

/** Of the services of the flow only: they say in a header which event it is. */
function* eventsIn(evidence: Evidence, topic: string): Iterable<Sent> {
  for (const { value, headers } of evidence.messages(topic)) {
    if (headers.event === undefined) continue
    yield { ...readJson(String(value)), name: String(headers.event) }
  }
}

function readJson(text: string): Omit<Sent, 'name'> {
  try {
    return Object(JSON.parse(text)) as Sent
  } catch {
    return {}
  }
}
