/**
 * What happens in the check's shop: the events, and the services that publish them under the keys of the answer.
 */
import type { Message } from 'kafkajs'
import type { SlotModule } from '#simulator/explore/check.ts'
import type { FaultFamily } from '#simulator/explore/families.ts'
import type { Outside, Scenario } from '#simulator/scenario/scenario.ts'
import type { Service } from '#simulator/service.ts'
import type { VisitedSite } from '#simulator/world/sites.ts'
import type { Envelope } from '#work/02-event-envelope/envelope.ts'

export const MINUTE_MS = 60_000
const PARTITIONS = 3
export const TOPICS: Scenario['topics'] = [
  { topic: 'product.events', partitions: PARTITIONS },
  { topic: 'order.events', partitions: PARTITIONS },
  { topic: 'retry.search', partitions: 1 },
  { topic: 'dead.search', partitions: 1 },
]

/** When the product comes that an order has been waiting for: long after its deadline. */
const LISTED_LATE_MS = 45 * MINUTE_MS
const REDRIVEN_AT_MS = LISTED_LATE_MS + 2 * MINUTE_MS
const SOON_MS = 1000
/**
 * Time in which nothing happens is skipped, and whoever polls gets one look at the end of it. So there are some moments
 * that are lived through: one for long enough to send in spite of some failures, the others for long enough to send.
 */
const LIVED_MS = [5, 5.001, 12, 12.2, 18, 18.001, 24, 24.001, 36, 36.001].map(minutes => minutes * MINUTE_MS)
const ORDERS_COME_AT_MS = 400

/** What the judge knows of an event. */
export interface Fact {
  readonly event: Envelope
  /** `version 8 of pavlova`, `OrderConfirmed of order-4` */
  readonly name: string
  /** The product or the order it is about. */
  readonly subject: string
  /** Where it belongs among the events of its subject. */
  readonly rank: number
  readonly product?: { readonly version: number; readonly name: string; readonly unitPriceCents: number }
  readonly lines: readonly { readonly productId: string; readonly units: number }[]
}

/** The catalog has been counting for a while, and it counts changes that nobody else needs to hear of: version 9 was one. */
const CHANGES = [
  { atMs: 100, ...change('event-8', 'ProductChanged', 'price-round-11', 'pavlova', 8, 'Pavlova', 1700) },
  {
    atMs: 150,
    ...change('event-9', 'ProductChanged', 'price-round-13', 'pavlova', 10, 'Berry Pavlova', 1900),
  },
]
const LATE = change('event-15', 'ProductListed', 'import-4', 'saffron', 1, 'Saffron', 4500)
/** The one that has to wait; there is another in its partition behind it. */
export const WAITING = order('event-12', 'OrderConfirmed', 'order-5', 2, { pavlova: 2, saffron: 4 })
export const ORDERS = [
  order('event-11', 'OrderConfirmed', 'order-4', 1, { pavlova: 11 }),
  WAITING,
  order('event-13', 'OrderCancelled', 'order-4', 3, { pavlova: 5 }),
]
export const FACTS: ReadonlyMap<string, Fact> = new Map(
  [...CHANGES, LATE, ...ORDERS].map(fact => [fact.event.id, fact]),
)

/** What a message that is sent again is called in sites and diagrams. */
const REDRIVEN = 'OrderConfirmed again'

export interface Producers {
  readonly catalog: Service
  workload(outside: Outside): Promise<void>
  /** What was wrong with the keys themselves, as sentences. */
  readonly complaints: readonly string[]
}

export function createProducers(load: () => SlotModule): Producers {
  const complaints: string[] = []
  let module: SlotModule | undefined
  /** In a run both are; on a real broker the services have processes of their own, and nobody waits there for what comes late. */
  const isHere = { catalog: false, workload: false }
  let withoutKey = 0

  function keyOf(event: Envelope): string | Buffer | null {
    module ??= load()
    const what = `${event.type} of ${event.data.orderId ?? event.data.productId}`
    let key: unknown
    try {
      key = (module.keyOf as (event: Envelope) => unknown)({ ...event, data: { ...event.data } })
    } catch (error) {
      complaints.push(
        `keyOf threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)} for ${what}`,
      )
      return null
    }
    if (key === null || key === undefined) return null
    if (typeof key === 'string' || Buffer.isBuffer(key)) return key
    complaints.push(
      `keyOf returned ${key instanceof Promise ? 'a promise' : `a value of type ${typeof key}`} for ${what}: a key is a string`,
    )
    return String(key)
  }

  function messageOf(event: Envelope): Message {
    const key = keyOf(event)
    const value = JSON.stringify(event)
    // As KafkaJS does it: what has no key goes round the partitions.
    return key === null ? { key, value, partition: withoutKey++ % PARTITIONS } : { key, value }
  }

  return {
    complaints,
    /** Sends with KafkaJS's settings as they are: several requests on their way at a time, no idempotence. */
    async catalog({ kafka }) {
      isHere.catalog = true
      const producer = kafka.producer()
      await producer.connect()
      async function publish(event: Envelope): Promise<void> {
        try {
          await producer.send({ topic: 'product.events', messages: [messageOf(event)] })
        } catch {
          setTimeout(() => publish(event), 1000)
        }
      }
      /** Whoever finds a letter in dead.search lists the product and has the event sent again. */
      async function redrive(): Promise<void> {
        const admin = kafka.admin()
        await admin.connect()
        const [letters] = await admin.fetchTopicOffsets('dead.search')
        await admin.disconnect()
        if (letters?.high === '0' && isHere.workload) return
        const again = { ...messageOf(WAITING.event), partition: 0, headers: { type: REDRIVEN } }
        await producer.send({ topic: 'retry.search', messages: [again] })
      }
      function publishAt(atMs: number, event: Envelope): void {
        setTimeout(() => publish({ ...event, time: new Date().toISOString() }), atMs)
      }
      for (const { atMs, event } of CHANGES) publishAt(atMs, event)
      setTimeout(() => {
        publishAt(isHere.workload ? LISTED_LATE_MS : SOON_MS, LATE.event)
        setTimeout(redrive, isHere.workload ? REDRIVEN_AT_MS : 2 * SOON_MS)
      })
    },
    async workload({ publish }) {
      isHere.workload = true
      await sleep(ORDERS_COME_AT_MS)
      publish(
        'order.events',
        ORDERS.map(({ event }) => messageOf(event)),
      )
      if (isHere.catalog) await Promise.all([...LIVED_MS, REDRIVEN_AT_MS + 1000].map(sleep))
    },
  }
}

/** The family without what could strike the redriven event: it is handled as it was the first time. */
export function untilRedriven(family: FaultFamily): FaultFamily {
  const isRedriven = ({ base }: VisitedSite) => base.endsWith(REDRIVEN) || base.includes('retry.search')
  return { ...family, faults: sites => family.faults(sites.filter(site => !isRedriven(site))) }
}

function sleep(delayMs: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, delayMs))
}

function change(
  id: string,
  type: string,
  correlation_id: string,
  productId: string,
  version: number,
  name: string,
  unitPriceCents: number,
): Fact {
  const product = { version, name, unitPriceCents }
  const data = { productId, ...product, category: 'Food', discontinued: false }
  return {
    event: envelope(id, type, correlation_id, data),
    name: `version ${version} of ${productId}`,
    subject: productId,
    rank: version,
    product,
    lines: [],
  }
}

function order(
  id: string,
  type: 'OrderConfirmed' | 'OrderCancelled',
  orderId: string,
  rank: number,
  units: Readonly<Record<string, number>>,
): Fact {
  const entries = Object.entries(units)
  const lines = entries.map(([productId, quantity]) => ({ productId, quantity }))
  const isCancelled = type === 'OrderCancelled'
  const data = { orderId, ...(isCancelled ? { wasConfirmed: true } : {}), lines }
  return {
    event: envelope(id, type, orderId, data),
    name: `${type} of ${orderId}`,
    subject: orderId,
    rank,
    lines: entries.map(([productId, quantity]) => ({ productId, units: isCancelled ? -quantity : quantity })),
  }
}

function envelope(id: string, type: string, correlation_id: string, data: Envelope['data']): Envelope {
  const number = id.slice('event-'.length)
  const time = new Date(Date.UTC(2026, 0, 5, 9) + ORDERS_COME_AT_MS).toISOString()
  const ids = { trace_id: `trace-of-${number}`, causation_id: `command-${number}`, correlation_id }
  return { id, type, version: 1, time, ...ids, data }
}
