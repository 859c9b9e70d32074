/**
 * The generated workload: a small catalogue, and a stream of orders in which every branch of the flow occurs.
 */
import { CATALOGUE, CUSTOMERS, DECLINED_CUSTOMERS, TOO_MANY } from './catalogue.ts'
import { listProducts, placeOrder } from './client-commands.ts'
import type { ClientNotes } from './client-notes.ts'
import type { PlaceOrderBody } from './requests.ts'
import { createShopper, type Shopper, sleep } from './shopper.ts'

export interface GeneratedOptions {
  /** How many orders. Default 12. */
  readonly orders?: number
  /** Virtual milliseconds between two orders. Default 500. */
  readonly everyMs?: number
  /** Share of orders that their customers cancel, 0 to 1. Default 0.25. */
  readonly cancelRate?: number
  /**
   * What orders and prices are drawn with, 0 to 1. Default Math.random, of which attempts and pauses draw too: in real time
   * nobody knows how often, so there the orders of a seed are only the same with dice of their own.
   */
  readonly random?: () => number
}

type Order = PlaceOrderBody & { orderId: string }

const READS = [
  '/search/products?q=ch',
  '/inventory/reorder-candidates',
  '/inventory/weekly-sales',
  '/reports/revenue?period=day',
]

/** A report reads everything there is: asked for ever, the reports of a long run would outweigh its orders. */
const READ_UNTIL = 1_000

export function createGeneratedWorkload(
  notes: ClientNotes,
  { orders = 12, everyMs = 500, cancelRate = 0.25, random = () => Math.random() }: GeneratedOptions,
): () => Promise<void> {
  return async () => {
    const shopper = createShopper(notes)
    const isListed = await listProducts(
      shopper,
      Object.entries(CATALOGUE).map(
        ([id, product]) =>
          [id, { ...product, openingStock: (product.openingStock ?? 0) * stockFactor(orders) }] as const,
      ),
    )
    if (!isListed) return
    const underWay: Promise<void>[] = []
    const cancelEvery = cancelRate > 0 ? Math.max(1, Math.round(1 / cancelRate)) : Number.POSITIVE_INFINITY
    for (let number = 1; number <= orders; number++) {
      const order = composeOrder(number, random)
      underWay.push(serveCustomer(shopper, notes, order, number, number % cancelEvery === 2 % cancelEvery))
      if (number % 6 === 0) underWay.push(changePrice(shopper, number, random))
      if (number % 4 === 0 && number <= READ_UNTIL) {
        underWay.push(shopper.ask(READS[(number / 4) % READS.length]!))
      }
      await sleep(everyMs)
    }
    await Promise.all(underWay)
  }
}

/** The catalogue's stock is for a dozen orders; more of them need more, up to what TOO_MANY allows. */
function stockFactor(orders: number): number {
  return Math.min(100, Math.max(1, Math.ceil(orders / 12)))
}

/** One customer's visit: an order, perhaps regretted, perhaps shipped. */
async function serveCustomer(
  shopper: Shopper,
  notes: ClientNotes,
  order: Order,
  number: number,
  regrets: boolean,
): Promise<void> {
  const isAccepted = await placeOrder(shopper, notes, `place-${order.orderId}`, order)
  if (!isAccepted) return
  if (regrets) {
    // Sometimes before anything has happened, sometimes after the order was paid and confirmed.
    await sleep(number % 8 < 4 ? 20 : 1_500)
    await shopper.command({
      method: 'POST',
      path: `/orders/${order.orderId}/cancel`,
      key: `cancel-${order.orderId}`,
    })
  } else if (number % 5 === 1) {
    await sleep(4_000)
    await shopper.command({
      method: 'POST',
      path: `/orders/${order.orderId}/ship`,
      key: `ship-${order.orderId}`,
    })
  }
}

/** Some customers cannot pay and some want too much; which ones depends on the number alone, so that it is never none. */
function composeOrder(number: number, random: () => number): Order {
  const customers = number % 6 === 3 ? DECLINED_CUSTOMERS : CUSTOMERS
  const productIds = Object.keys(CATALOGUE)
  const lines = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
    composeLine(pick(productIds, random), random),
  )
  if (number % 7 === 5) lines[0]!.quantity = TOO_MANY
  return { orderId: `order-${number}`, customerId: pick(customers, random), lines }
}

function composeLine(productId: string, random: () => number) {
  const quantity = 1 + Math.floor(random() * 3)
  const discount = random() < 0.2 ? { discount: pick([0.05, 0.1, 0.15], random) } : {}
  return { productId, quantity, unitPriceCents: CATALOGUE[productId]!.unitPriceCents, ...discount }
}

async function changePrice(shopper: Shopper, number: number, random: () => number): Promise<void> {
  const productId = pick(Object.keys(CATALOGUE), random)
  const product = CATALOGUE[productId]!
  const unitPriceCents = product.unitPriceCents + number
  await shopper.command({
    method: 'PUT',
    path: `/products/${productId}`,
    key: `reprice-${productId}-${number}`,
    body: { ...product, unitPriceCents },
  })
}

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)]!
}
