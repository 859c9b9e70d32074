/**
 * Exercise 10: what is in the outbox gets to Kafka, at least once and in order for each key, with one relay and with two.
 */
import { defineCheck } from '#simulator/explore/check.ts'
import { rowsOf } from '#simulator/explore/evidence.ts'
import {
  ackLost,
  crash,
  during,
  type FaultFamily,
  hold,
  pause,
  sendFails,
  statementFails,
} from '#simulator/explore/families.ts'
import type { Evidence, Guarantee, Outcome, Violation } from '#simulator/scenario/scenario.ts'
import type { Service } from '#simulator/service.ts'
import { type Event, eventLog, LAST_EVENT_AT_MS, orders, TOPICS } from './check/orders.ts'

const SECOND_RELAY_COMES_AT_MS = 90_000
/** Longer than better-sqlite3 waits for a lock unless told otherwise (5 s). */
const MOST_PATIENCE_MS = 10_000
/** Longer than the leases of most relays. */
const PAUSE_MS = 40_000
/** After the last event: by then every fault is over, and the lease of a relay that has died as well. */
const LEASES_END_WITHIN_MS = 300_000

/** A message, and the event it tells of. */
interface Sent {
  readonly topic: string
  readonly partition: number
  readonly key: string | null
  readonly value: string
  readonly ids: { readonly header: string | undefined; readonly value: string | undefined }
  readonly type: string | undefined
  readonly event: Event | undefined
}

const everythingIsSent: Guarantee = {
  name: 'everything-is-sent',
  promise: 'Every event in the outbox gets to its topic, once or more often.',
  kind: 'eventually',
  judge: evidence =>
    unsentEvents(evidence).flatMap(({ id, key, topic, type, row }): Violation[] => {
      if (row === undefined) return []
      const [outcome, why] =
        row.sent_at === null
          ? (['stuck', 'it still waits in the outbox, long after everything works again'] as const)
          : (['lost', 'though the outbox says that it was sent'] as const)
      return [{ outcome, message: `${key}/${type} (${id}) is not in ${topic}, ${why}`, subjects: [key] }]
    }),
}

const noRowGoesUnsent: Guarantee = {
  name: 'no-row-goes-unsent',
  promise: 'A row leaves the outbox only when the broker has its event.',
  kind: 'eventually',
  judge: evidence =>
    unsentEvents(evidence).flatMap(({ id, key, topic, type, row }): Violation[] => {
      if (row !== undefined) return []
      const message = `${key}/${type} (${id}) is not in ${topic}, and its row is gone from the outbox`
      return [{ outcome: 'lost', message, subjects: [key] }]
    }),
}

const messagesAreTheRows: Guarantee = {
  name: 'messages-are-the-rows',
  promise: 'A message is what its row says: topic, key, value, and id and type in the headers.',
  kind: 'eventually',
  judge(evidence) {
    // What is wrong with a message is wrong with its repetitions, and said once.
    const violations = new Map<string, Violation>()
    for (const sent of readTopics(evidence)) {
      const { event, topic, value } = sent
      const flaws: readonly Flaw[] =
        event === undefined
          ? [['phantom', `${topic} has a message that is in no row: ${value.slice(0, 60)}`]]
          : flawsOf(sent, event)
      const subjects = event === undefined ? [] : [event.key]
      for (const [outcome, message] of flaws) violations.set(message, { outcome, message, subjects })
    }
    return [...violations.values()]
  },
}

type Flaw = readonly [outcome: Outcome, message: string]

function flawsOf({ topic, key, value, ids, type }: Sent, event: Event): Flaw[] {
  const name = `${event.key}/${event.type}`
  const flaws: Flaw[] = []
  const corrupt = (what: string) => flaws.push(['corrupt', `${name} ${what}`])
  if (topic !== event.topic) corrupt(`is in ${topic} instead of ${event.topic}`)
  if (key !== event.key) corrupt(`has ${key === null ? 'no key' : 'another key'} instead of ${event.key}`)
  if (type !== event.type) corrupt(`does not have the header type ${event.type}`)
  if (ids.header === undefined) corrupt(`does not have the header id ${event.id}`)
  if ([ids.header ?? event.id, ids.value ?? event.id].some(id => id !== event.id)) {
    const message = `${name} does not have the id ${event.id} of its row: when it comes twice, nobody can tell`
    flaws.push(['doubled', message])
  } else if (!isSameJson(value, event.value)) corrupt('does not have the value of its row')
  return flaws
}

const orderIsKept: Guarantee = {
  name: 'order-is-kept',
  promise:
    'In its topic an event of a key comes for the first time only when all earlier ones of the key have come.',
  kind: 'eventually',
  judge(evidence) {
    const seen = new Map<string, { partitions: Set<number>; positions: number[]; names: string[] }>()
    for (const { topic, partition, event } of readTopics(evidence)) {
      if (event === undefined || event.topic !== topic) continue
      const place = `${topic} ${event.key}`
      const { partitions, positions, names } = seen.get(place) ?? {
        partitions: new Set(),
        positions: [],
        names: [],
      }
      seen.set(place, { partitions: partitions.add(partition), positions, names })
      if (positions.includes(event.position)) continue
      positions.push(event.position)
      names.push(event.type)
    }
    return [...seen].flatMap(([place, { partitions, positions, names }]): Violation[] => {
      const [topic, key] = place.split(' ') as [string, string]
      const subjects = [key]
      if (partitions.size > 1) {
        const message = `the events of ${key} are in ${partitions.size} partitions of ${topic}, and between partitions there is no order`
        return [{ outcome: 'reordered', message, subjects }]
      }
      const index = positions.findIndex((position, at) => at > 0 && position < positions[at - 1]!)
      if (index === -1) return []
      const message = `${names[index]} of ${key} comes to ${topic} only after ${names[index - 1]}, which is later in the outbox (${names.join(', ')})`
      return [{ outcome: 'reordered', message, subjects }]
    })
  },
}

const whatIsSentIsTickedOff: Guarantee = {
  name: 'what-is-sent-is-ticked-off',
  promise: 'In the end no row that was sent is left without sent_at.',
  kind: 'eventually',
  judge(evidence) {
    const sent = new Set(readTopics(evidence).map(({ event }) => event?.id))
    const left = [...outboxRows(evidence).values()].filter(
      ({ id, sent_at }) => sent_at === null && sent.has(id),
    )
    if (left.length === 0) return []
    const message = `${left.length} rows are in their topics and still have no sent_at`
    return [{ outcome: 'stale', message, subjects: [...new Set(left.map(({ key }) => key))] }]
  },
}

const ordersNeverWaits: Guarantee = {
  name: 'orders-never-waits',
  promise: 'The relay never keeps the service orders from writing.',
  kind: 'eventually',
  judge(evidence) {
    const [worst] = eventLog(evidence).sort((a, b) => b.waitedMs - a.waitedMs)
    if (worst === undefined || worst.waitedMs <= MOST_PATIENCE_MS) return []
    const message = `orders could not write ${worst.key}/${worst.type} for ${Math.round(worst.waitedMs / 1000)} s: the database was locked`
    return [{ outcome: 'stuck', message, subjects: [worst.key] }]
  },
}

/** What the topics lack, each with its row if there still is one. */
function unsentEvents(evidence: Evidence) {
  const sent = new Set(readTopics(evidence).map(({ event }) => event?.id))
  const rows = outboxRows(evidence)
  return eventLog(evidence)
    .filter(({ id }) => !sent.has(id))
    .map(event => ({ ...event, row: rows.get(event.id) }))
}

function outboxRows(evidence: Evidence) {
  type Row = { id: string; key: string; sent_at: unknown }
  const rows = rowsOf<Row>(evidence, 'orders', 'outbox', ['id', 'key', 'sent_at'])
  return new Map(rows.map(row => [row.id, row]))
}

/** Whose event a message is says its id or, if that is not known, what happened to which order. */
function readTopics(evidence: Evidence): Sent[] {
  const events = eventLog(evidence)
  return TOPICS.flatMap(topic =>
    [...evidence.messages(topic)].map(({ partition, key, value, headers }) => {
      const envelope = readJson(String(value))
      const ids = { header: textOf(headers.id), value: textOf(envelope?.id) }
      return {
        topic,
        partition,
        key: key === null ? null : String(key),
        value: String(value),
        ids,
        type: textOf(headers.type),
        event:
          events.find(({ id }) => id === ids.value || id === ids.header) ??
          events.find(({ key, type }) => type === envelope?.type && key === envelope.data?.orderId),
      }
    }),
  )
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value)
}

function readJson(text: string): { id?: unknown; type?: unknown; data?: { orderId?: unknown } } | undefined {
  try {
    return JSON.parse(text) ?? undefined
  } catch {
    return undefined
  }
}

function isSameJson(text: string, other: string): boolean {
  return text === other || JSON.stringify(readJson(text)) === other
}

/** The second relay is another process on the same database: the platform scales out. */
function later(relay: Service): Service {
  return async host => {
    await new Promise(resolve => setTimeout(resolve, SECOND_RELAY_COMES_AT_MS - performance.now()))
    await relay(host)
  }
}

function both(familyOf: (service: string) => FaultFamily): FaultFamily {
  const [first, second] = [familyOf('relay'), familyOf('relay-b')]
  return { ...first, faults: sites => [...first.faults(sites), ...second.faults(sites)] }
}

/** A relay looks into its table ever again: what it does about an error it shows at once. */
function firstVisits(family: FaultFamily): FaultFamily {
  return { ...family, faults: sites => family.faults(sites).filter(({ at }) => /#[1-3]$/.test(String(at))) }
}

export default defineCheck({
  exercise: '10-relay',
  goal: 'What is in the outbox gets to Kafka, at least once and in order for each key.',
  slot: {
    file: 'relay.ts',
    exports: [
      {
        name: 'relay',
        type: 'function',
        shape:
          'an async function that takes the host: export const relay: Service = async ({ kafka, db }) => { … }',
      },
    ],
  },
  scenario: load => ({
    name: '10-relay',
    topics: [
      { topic: 'order.events', partitions: 2 },
      { topic: 'invoice.events', partitions: 1 },
    ],
    services: [
      { name: 'orders', service: orders },
      { name: 'relay', service: host => (load().relay as Service)(host), database: 'orders' },
      { name: 'relay-b', service: later(host => (load().relay as Service)(host)), database: 'orders' },
    ],
    parties: {},
    // Faults may strike until it is over, and whoever holds a lease may die then: time has to pass.
    workload: () => new Promise(resolve => setTimeout(resolve, LAST_EVENT_AT_MS + LEASES_END_WITHIN_MS)),
    guarantees: [
      everythingIsSent,
      noRowGoesUnsent,
      orderIsKept,
      messagesAreTheRows,
      whatIsSentIsTickedOff,
      ordersNeverWaits,
    ],
  }),
  // What breaks under these depends on the mistake; under the others also on how the code is laid out.
  probes: ['crash', 'ack-lost', 'send-fails-10-times', 'hold', 'broker-down'],
  // Two relays that poll for minutes.
  maxPairs: 200,
  families: [
    crash('relay'),
    ackLost('relay'),
    sendFails('relay', 10),
    firstVisits(statementFails('relay')),
    both(hold),
    pause('relay', PAUSE_MS),
    during('second-instance', 'a third relay', [
      { kind: 'second-instance', service: 'relay', from: 0, for: 180_500 },
    ]),
    during('down', 'relay down', [{ kind: 'down', service: 'relay', from: 45, for: 60_000 }]),
    during('disconnected', 'relay disconnected', [
      { kind: 'disconnected', service: 'relay', from: 40, for: 60_000 },
    ]),
    during('broker-down', 'broker down', [
      { kind: 'broker-down', service: 'kafka', from: 40, for: 15_000 },
      { kind: 'broker-down', service: 'kafka', from: 170_000, for: 40_000 },
    ]),
    during('database-busy', 'database busy', [
      { kind: 'database-busy', service: 'relay', from: 40, for: 20_000 },
    ]),
    during('disk-full', 'disk full', [{ kind: 'disk-full', service: 'relay', from: 40, for: 20_000 }]),
  ],
})
