/**
 * Exercise 09: every event that is stored is published, and none that is not; and customers are served while Kafka is away.
 */
import { defineCheck, type SlotModule } from '#simulator/explore/check.ts'
import { rowsOf } from '#simulator/explore/evidence.ts'
import {
  ackLost,
  crash,
  duplicate,
  during,
  hold,
  sendFails,
  statementFails,
} from '#simulator/explore/families.ts'
import type { Evidence, Guarantee, Scenario, Violation } from '#simulator/scenario/scenario.ts'
import { changedFields } from './check/changed-fields.ts'
import { createCustomers, type Notes } from './check/customers.ts'
import { type CreateOrderStore, createOrders, type Envelope } from './orders.ts'
import { simpleRelay } from './simple-relay.ts'

const ORDER = 'order-1'
/** What the order may have been through in the end. Who came first, customer or warehouse, is up to chance. */
const LIVES = [[], ['OrderPlaced', 'OrderPaid']]
  .concat(['OrderCancelled', 'OrderShipped'].map(last => ['OrderPlaced', 'OrderPaid', last]))
  .map(types => types.join(', '))
const DONE = { place: 'OrderPlaced', cancel: 'OrderCancelled', ship: 'OrderShipped' } as const

const SHIPPED_AFTER_MS = 300
/** A cancellation that comes this late is handled together with the shipment. */
const LATE_MS = 250
/** A repetition that comes this late finds an append at work, if it takes any time. */
const AGAIN_AFTER_MS = 130
/** A busy database may be asked again for a while; nobody waits this long but for Kafka. */
const LONGEST_WAIT_MS = 6_000
const SLOW_SEND_MS = 10_000

function createScenario(load: () => SlotModule): Scenario {
  const { notes, request, readOrder } = createCustomers(ORDER)
  const createOrderStore: CreateOrderStore = host => (load().createOrderStore as CreateOrderStore)(host)
  const orders = createOrders(createOrderStore, {
    decided: event => notes.decided.set(event.id, event),
    appended(tookMs) {
      notes.longestAppendMs = Math.max(notes.longestAppendMs, tookMs)
    },
  })
  return {
    name: '09-outbox',
    topics: [{ topic: 'order.events', partitions: 3 }],
    services: [
      { name: 'relay', service: simpleRelay, database: 'orders' },
      { name: 'orders', service: orders },
    ],
    parties: {},
    async workload() {
      if (!(await request('place'))) return
      const cancelled = request('cancel')
      await new Promise(resolve => setTimeout(resolve, SHIPPED_AFTER_MS))
      await request('ship')
      await cancelled
    },
    operator: readOrder,
    guarantees: [
      storedIsPublished(notes),
      publishedIsStored(notes),
      publishedInOrder(notes),
      orderIsWhole(notes),
      customersAreServed(notes),
    ],
  }
}

function storedIsPublished(notes: Notes): Guarantee {
  return {
    name: 'stored-is-published',
    promise: 'Every event of an order that is stored is in order.events.',
    kind: 'eventually',
    judge(evidence) {
      const published = new Set(publishedEvents(evidence).map(({ event }) => event?.id))
      return eventsIn(notes).flatMap(({ id, type }, index) =>
        published.has(id)
          ? []
          : violation(
              'lost',
              `${type} of ${ORDER} is stored as version ${index + 1}, and order.events does not hold it${whereabouts(evidence, id)}`,
            ),
      )
    },
  }
}

/** What has become of its row in the outbox, if there is one. */
function whereabouts(evidence: Evidence, id: string): string {
  const columns = ['id', 'topic', 'sent_at'] as const
  const rows = rowsOf<Record<(typeof columns)[number], unknown>>(evidence, 'orders', 'outbox', columns)
  const row = rows.find(found => found.id === id)
  if (row === undefined) return ': nobody will ever hear of it'
  if (row.topic !== 'order.events') return ': its row in the outbox is for another topic'
  return `: its row in the outbox ${row.sent_at === null ? 'is still unsent' : 'counts as sent'}`
}

function publishedIsStored(notes: Notes): Guarantee {
  return {
    name: 'published-is-stored',
    promise: 'Every message in order.events is an event that is stored, just as it is stored.',
    kind: 'eventually',
    judge(evidence) {
      if (typeof notes.stored === 'string') return []
      const stored = new Set(notes.stored.map(({ id }) => id))
      const found = new Map<string, Violation>()
      for (const { event } of publishedEvents(evidence)) {
        for (const it of judgeMessage(event)) found.set(it.message, it)
      }
      return [...found.values()]

      function judgeMessage(event: Partial<Envelope> | undefined): Violation[] {
        if (event === undefined)
          return violation('corrupt', 'order.events holds a message whose value is not the JSON of an event')
        const original = notes.decided.get(String(event.id))
        const what = `${event.type ?? 'a message without a type'} of ${ORDER}`
        if (original === undefined)
          return violation('phantom', `order.events holds ${what} under an id that no event was given`)
        if (!stored.has(original.id))
          return violation('phantom', `order.events holds ${what} that is not stored: it never happened`)
        const changed = changedFields(original, event)
        if (changed.length === 0) return []
        return violation(
          'corrupt',
          `${what} was published with another ${changed.join(', ')} than was stored`,
        )
      }
    },
  }
}

function publishedInOrder(notes: Notes): Guarantee {
  return {
    name: 'published-in-order',
    promise:
      'The events of an order carry its id as their key, and are first published in the order in which they happened.',
    kind: 'eventually',
    judge(evidence) {
      const messages = publishedEvents(evidence)
      const published = eventsIn(notes)
        .map(({ id, type }) => ({ id, type, place: messages.findIndex(({ event }) => event?.id === id) }))
        .filter(({ place }) => place !== -1)
      const stray = published.find(({ id }) =>
        messages.some(({ key, event }) => event?.id === id && key !== ORDER),
      )
      if (stray !== undefined) {
        return violation(
          'reordered',
          `${stray.type} was published under another key than ${ORDER}: Kafka keeps no order between keys`,
        )
      }
      return published.flatMap(({ type, place }, index) => {
        const overtaken = published.slice(0, index).find(earlier => earlier.place > place)
        return overtaken === undefined
          ? []
          : violation(
              'reordered',
              `${type} of ${ORDER} was first published before ${overtaken.type}, which had happened earlier`,
            )
      })
    },
  }
}

function orderIsWhole(notes: Notes): Guarantee {
  return {
    name: 'order-is-whole',
    promise: 'The events of one decision are stored together or not at all, and nothing is decided twice.',
    kind: 'eventually',
    judge() {
      if (typeof notes.stored === 'string')
        return violation('stuck', `${ORDER} cannot be read: ${notes.stored}`)
      const life = notes.stored.map(({ type }) => type).join(', ')
      if (!LIVES.includes(life))
        return violation('corrupt', `the events of ${ORDER} are ${life}: no order can have been through that`)
      const changed = notes.stored.flatMap(event => changedFields(notes.decided.get(event.id) ?? {}, event))
      if (changed.length === 0) return []
      return violation(
        'corrupt',
        `${ORDER} reads back with another ${[...new Set(changed)].join(', ')} than it was given`,
      )
    },
  }
}

function customersAreServed(notes: Notes): Guarantee {
  return {
    name: 'customers-are-served',
    promise: `What a customer is told to be done is stored, and nobody waits for more than ${LONGEST_WAIT_MS / 1000} s, whether Kafka is there or not.`,
    kind: 'eventually',
    judge(evidence) {
      const types = eventsIn(notes).map(({ type }) => type)
      const violations = notes.requests.flatMap(({ command, attempts, isAnswered, status = 0, problem }) => {
        const what = `the request to ${command} ${ORDER}`
        if (!isAnswered)
          return violation('stuck', `${what} was never answered in ${attempts} attempts: ${problem}`)
        if (status >= 300 || types.includes(DONE[command])) return []
        return violation('lost', `${what} was answered with ${status}, and no ${DONE[command]} is stored`)
      })
      // What is late does not matter beside what is lost.
      const isLate =
        notes.longestAppendMs > LONGEST_WAIT_MS && storedIsPublished(notes).judge(evidence).length === 0
      if (!isLate) return violations
      const seconds = (notes.longestAppendMs / 1000).toFixed(1)
      return [...violations, ...violation('stuck', `append took ${seconds} s, and a customer waited`)]
    },
  }
}

interface PublishedEvent {
  readonly key: string | undefined
  /** Undefined when the message is none. */
  readonly event: Partial<Envelope> | undefined
}

function publishedEvents(evidence: Evidence): PublishedEvent[] {
  return [...evidence.messages('order.events')].map(({ key, value }) => ({
    key: key?.toString(),
    event: readObject(String(value)),
  }))
}

function readObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function eventsIn({ stored }: Notes): readonly Envelope[] {
  return typeof stored === 'string' ? [] : stored
}

function violation(outcome: Violation['outcome'], message: string): Violation[] {
  return [{ outcome, message, subjects: [ORDER] }]
}

export default defineCheck({
  exercise: '09-outbox',
  goal: 'Every event that is stored is published and none that is not, whatever dies in between.',
  slot: {
    file: 'order-store.ts',
    exports: [
      {
        name: 'createOrderStore',
        type: 'function',
        shape:
          "a function of database and Kafka client: export function createOrderStore({ db, kafka }: Pick<Host, 'db' | 'kafka'>): OrderStore { … }",
      },
    ],
  },
  scenario: createScenario,
  // What breaks under these depends on what is committed and sent when; under the others also on timeouts and retries.
  probes: [
    'crash',
    'statement-fails',
    'send-fails-10-times',
    'kafka-slow',
    'request-twice',
    'request-late',
    'broker-down',
    'database-busy',
  ],
  families: [
    crash('orders'),
    statementFails('orders'),
    sendFails('orders', 10),
    ackLost('orders'),
    { ...hold('orders', SLOW_SEND_MS), name: 'kafka-slow', title: 'Kafka slow' },
    { ...ackLost('shopper'), name: 'answer-lost', title: 'an answer lost' },
    { ...duplicate('shopper', 'at-once'), name: 'request-twice', title: 'a request twice' },
    {
      name: 'request-again',
      title: 'a request again, a moment later',
      faults: sites =>
        duplicate('shopper', 'at-once')
          .faults(sites)
          .map(fault => ({ ...fault, by: AGAIN_AFTER_MS })),
    },
    { ...hold('shopper', LATE_MS), name: 'request-late', title: 'a request late, two at once' },
    during('broker-down', 'broker down', [{ kind: 'broker-down', service: 'kafka', from: 50, for: 300_000 }]),
    during('database-busy', 'database busy', [
      { kind: 'database-busy', service: 'orders', from: 50, for: 500 },
    ]),
    during('disk-full', 'disk full', [{ kind: 'disk-full', service: 'orders', from: 50, for: 500 }]),
    during('second-instance', 'two instances', [{ kind: 'second-instance', service: 'orders', from: 0 }]),
    during('relay-down', 'relay down', [{ kind: 'down', service: 'relay', from: 50, for: 60_000 }]),
  ],
})
