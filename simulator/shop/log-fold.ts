/**
 * What the log says: the expected state of the whole shop as a fold over the messages in it.
 *
 * It repeats the business rules on purpose instead of calling the services' code, so that a mistake there shows here.
 * What it keeps of an event is its id and a few numbers: it has to follow hundreds of thousands of orders.
 */
import { z } from 'zod'
import type { AppendRecord } from '#simulator/kafka/records.ts'
import type { Fold } from '#simulator/trace/fold.ts'
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { isoWeek } from './calendar.ts'
import { EVENT_TOPICS, type EventTopic } from './topics.ts'

export interface ExpectedShop {
  readonly orders: Map<string, ExpectedOrder>
  readonly products: Map<string, ExpectedProduct>
  /** By product, then ISO week of the order's date. */
  readonly weeklySales: Map<string, Map<string, number>>
  /** Cents by date of the order. */
  readonly revenue: Map<string, number>
  /** Units in confirmed orders, by product. */
  readonly popularity: Map<string, number>
  /** Units of confirmed orders by product, then ISO week; what is cancelled later came back another way. */
  readonly handedOut: Map<string, Map<string, number>>
  /** Units held or sold, by product. */
  readonly held: Map<string, number>
  /** The ids of all events, by topic, each with its correlation id. */
  readonly events: Record<EventTopic, Map<string, string>>
  /** Events caused by something that is no event of the log: by a command, one hopes. */
  readonly roots: { id: string; type: string; subject: string; causation: string }[]
  readonly flaws: Flaw[]
}

/** Something about the log itself that should not be. */
export interface Flaw {
  kind: 'unreadable' | 'repeated' | 'before-placed' | 'after-cancelled' | 'unfounded' | 'broken-correlation'
  subject: string
  message: string
}

export interface ExpectedOrder {
  /** The types of its events that the log has, as bits of FACT. */
  facts: number
  orderDate: string
  totalCents: number
  lines: readonly ExpectedLine[]
}

export interface ExpectedProduct {
  version: number
  name: string
  category: string
  unitPriceCents: number
  openingStock: number
  unitsOnOrder: number
  reorderLevel: number
  discontinued: boolean
}

interface ExpectedLine {
  productId: string
  quantity: number
  cents: number
}

export const FACT = {
  OrderPlaced: 1,
  OrderPaid: 2,
  OrderStockReserved: 4,
  OrderConfirmed: 8,
  OrderShipped: 16,
  OrderCancelled: 32,
  PaymentAuthorized: 64,
  PaymentDeclined: 128,
  PaymentRefunded: 256,
  StockReserved: 512,
  StockRejected: 1024,
  StockReleased: 2048,
} as const

export const has = (order: ExpectedOrder, fact: keyof typeof FACT): boolean =>
  (order.facts & FACT[fact]) !== 0
export const isFinal = (order: ExpectedOrder): boolean =>
  has(order, 'OrderConfirmed') || has(order, 'OrderCancelled')

export const shopLog: Fold<ExpectedShop> = {
  name: 'shop-log',
  initial: () => ({
    orders: new Map(),
    products: new Map(),
    weeklySales: new Map(),
    revenue: new Map(),
    popularity: new Map(),
    handedOut: new Map(),
    held: new Map(),
    events: {
      'order.events': new Map(),
      'payment.events': new Map(),
      'stock.events': new Map(),
      'product.events': new Map(),
    },
    roots: [],
    flaws: [],
  }),
  apply(shop, record) {
    if (isAppend(record)) applyMessage(shop, record)
    return shop
  },
}

function isAppend(record: TraceRecord): record is TraceRecord & AppendRecord & { topic: EventTopic } {
  return (
    record.kind === 'kafka.append' &&
    (EVENT_TOPICS as readonly string[]).includes((record as TraceRecord & AppendRecord).topic)
  )
}

/** The same strictness for all writers, the student's included: what is not an envelope is a flaw, not an exception. */
const Event = z.object({
  id: z.string(),
  type: z.string(),
  version: z.number(),
  causation_id: z.string(),
  correlation_id: z.string(),
  data: z.record(z.string(), z.unknown()),
})
type Event = z.infer<typeof Event>

const OrderKey = z.object({ orderId: z.string() })
const OldLine = z.object({
  productId: z.string(),
  quantity: z.number(),
  unitPrice: z.number(),
  discount: z.number(),
})
const Line = z.object({
  productId: z.string(),
  quantity: z.number(),
  unitPriceCents: z.number(),
  discountBasisPoints: z.number(),
})
const Placed = z.object({ orderDate: z.string(), lines: z.array(z.union([Line, OldLine])) })
const Product = z.object({
  productId: z.string(),
  version: z.number(),
  name: z.string(),
  category: z.string(),
  unitPriceCents: z.number(),
  openingStock: z.number(),
  unitsOnOrder: z.number(),
  reorderLevel: z.number(),
  discontinued: z.boolean(),
})

function applyMessage(
  shop: ExpectedShop,
  { topic, label, value, partition, offset }: AppendRecord & { topic: EventTopic },
): void {
  const event = read(value)
  const flaw = (kind: Flaw['kind'], message: string) =>
    shop.flaws.push({ kind, subject: label.split('/')[0]!, message })
  if (event === undefined) {
    flaw('unreadable', `the message ${label} at ${topic}/${partition} offset ${offset} is no event`)
    return
  }
  // The relay may send an event more than once. That is its contract, and no flaw.
  if (shop.events[topic].has(event.id)) return
  shop.events[topic].set(event.id, follow(shop, event, label, flaw))
  try {
    if (topic === 'product.events') applyProduct(shop, event)
    else applyOrderFact(shop, event, flaw)
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    flaw(
      'unreadable',
      `the data of ${label} at ${topic}/${partition} offset ${offset} is not what its type says`,
    )
  }
}

function read(value: string | null): Event | undefined {
  try {
    return Event.safeParse(JSON.parse(value ?? '')).data
  } catch {
    return undefined
  }
}

type Report = (kind: Flaw['kind'], message: string) => void

/** An effect is published after its cause was read from the log, so the cause is in the log before it. */
function follow(shop: ExpectedShop, event: Event, label: string, flaw: Report): string {
  for (const topic of EVENT_TOPICS) {
    const correlation = shop.events[topic].get(event.causation_id)
    if (correlation === undefined) continue
    // The text that is there already, and not an equal one: there will be hundreds of thousands.
    if (correlation === event.correlation_id) return correlation
    flaw(
      'broken-correlation',
      `${label} has correlation ${event.correlation_id}, but its cause has ${correlation}`,
    )
    return event.correlation_id
  }
  shop.roots.push({
    id: event.id,
    type: event.type,
    subject: label.split('/')[0]!,
    causation: event.causation_id,
  })
  return event.correlation_id
}

function applyProduct(shop: ExpectedShop, event: Event): void {
  const { productId, ...product } = Product.parse(event.data)
  const known = shop.products.get(productId)
  if (known === undefined || product.version > known.version) shop.products.set(productId, product)
}

function applyOrderFact(shop: ExpectedShop, event: Event, flaw: Report): void {
  const { orderId } = OrderKey.parse(event.data)
  const fact = FACT[event.type as keyof typeof FACT]
  if (fact === undefined) return
  let order = shop.orders.get(orderId)
  if (order === undefined) {
    order = { facts: 0, orderDate: '', totalCents: 0, lines: [] }
    shop.orders.set(orderId, order)
  }
  if ((order.facts & fact) !== 0) {
    flaw('repeated', `${orderId} has a second ${event.type}, with another id`)
    return
  }
  checkOrder(order, orderId, event.type, flaw)
  if (event.type === 'OrderPlaced') Object.assign(order, place(event))
  const before = order.facts
  order.facts |= fact
  addHeld(shop, order, Number(isHeld(order.facts)) - Number(isHeld(before)))
  addSales(shop, order, Number(isSold(order.facts)) - Number(isSold(before)))
  if (event.type === 'OrderConfirmed') addByWeek(shop.handedOut, order, 1)
}

const isHeld = (facts: number) => (facts & FACT.StockReserved) !== 0 && (facts & FACT.OrderCancelled) === 0
const isSold = (facts: number) => (facts & FACT.OrderConfirmed) !== 0 && (facts & FACT.OrderCancelled) === 0

/** Within one order the events of order.events come in order; nothing follows a cancellation. */
function checkOrder(order: ExpectedOrder, orderId: string, type: string, flaw: Report): void {
  if (!type.startsWith('Order')) return
  if (type !== 'OrderPlaced' && !has(order, 'OrderPlaced'))
    flaw('before-placed', `${orderId} has ${type} in the log before OrderPlaced`)
  if (has(order, 'OrderCancelled')) flaw('after-cancelled', `${orderId} has ${type} after it was cancelled`)
  if (type === 'OrderConfirmed' && !(has(order, 'PaymentAuthorized') && has(order, 'StockReserved')))
    flaw('unfounded', `${orderId} was confirmed before it was both paid and in stock`)
}

function place(event: Event): Pick<ExpectedOrder, 'orderDate' | 'totalCents' | 'lines'> {
  const { orderDate, lines: raw } = Placed.parse(event.data)
  const lines = raw.map(line => {
    const priceCents = 'unitPrice' in line ? Math.round(line.unitPrice * 100) : line.unitPriceCents
    const offBasisPoints = 'discount' in line ? Math.round(line.discount * 10_000) : line.discountBasisPoints
    const tenThousandths = line.quantity * priceCents * (10_000 - offBasisPoints)
    // Half up: the remainder decides.
    const remainder = tenThousandths % 10_000
    const cents = (tenThousandths - remainder) / 10_000 + (remainder >= 5_000 ? 1 : 0)
    return { productId: line.productId, quantity: line.quantity, cents }
  })
  return { orderDate, lines, totalCents: lines.reduce((sum, line) => sum + line.cents, 0) }
}

function addHeld(shop: ExpectedShop, order: ExpectedOrder, sign: number): void {
  if (sign === 0) return
  for (const { productId, quantity } of order.lines) add(shop.held, productId, sign * quantity)
}

function addSales(shop: ExpectedShop, order: ExpectedOrder, sign: number): void {
  if (sign === 0) return
  addByWeek(shop.weeklySales, order, sign)
  for (const { productId, quantity } of order.lines) add(shop.popularity, productId, sign * quantity)
  add(shop.revenue, order.orderDate, sign * order.totalCents)
}

function addByWeek(table: Map<string, Map<string, number>>, order: ExpectedOrder, sign: number): void {
  const week = isoWeek(order.orderDate)
  for (const { productId, quantity } of order.lines) {
    let weeks = table.get(productId)
    if (weeks === undefined) {
      weeks = new Map()
      table.set(productId, weeks)
    }
    add(weeks, week, sign * quantity)
  }
}

function add(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by)
}
