/**
 * Orders from before today's rules: on account they were shipped unpaid, and there were events that nobody knows any more.
 */
import type { Database } from '#simulator/service.ts'
import type { OrderLine, Placement, Status } from '../contract.ts'
import { orderTotalCents } from '../money.ts'
import { SCHEMA } from '../orders.ts'

export interface OldOrder {
  readonly placement: Placement
  readonly events: readonly { readonly type: string; readonly data: object }[]
  /** What these events make of it. */
  readonly status: Status
}

const lines = Array.from(
  { length: 12 },
  (_, index): OrderLine => ({
    productId: `sample-${index + 1}`,
    quantity: 1,
    unitPriceCents: 250,
    discountBasisPoints: index === 0 ? 10_000 : 0,
  }),
)

function place(orderId: string): { placement: Placement; placed: { type: string; data: object } } {
  const placement = { orderId, customer: { id: 'charles' }, orderDate: '2019-11-04', lines }
  return {
    placement,
    placed: { type: 'OrderPlaced', data: { ...placement, totalCents: orderTotalCents(lines) } },
  }
}

const onAccount = place('order-17')
const wrapped = place('order-18')

/** Shipped before it was paid, which nobody may do today. */
export const ON_ACCOUNT: OldOrder = {
  placement: onAccount.placement,
  events: [
    onAccount.placed,
    { type: 'OrderStockReserved', data: { orderId: 'order-17' } },
    { type: 'OrderShipped', data: { orderId: 'order-17' } },
  ],
  status: 'shipped',
}

/** With an event of a feature that was given up. */
export const GIFT_WRAPPED: OldOrder = {
  placement: wrapped.placement,
  events: [
    wrapped.placed,
    { type: 'OrderGiftWrapped', data: { orderId: 'order-18', paper: 'red' } },
    { type: 'OrderPaid', data: { orderId: 'order-18', totalCents: orderTotalCents(lines) } },
  ],
  status: 'paid',
}

export const OLD_ORDERS: readonly OldOrder[] = [ON_ACCOUNT, GIFT_WRAPPED]

export function writeOldOrders(db: Database): void {
  db.exec(SCHEMA)
  const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, NULL)')
  for (const { placement, events } of OLD_ORDERS) {
    for (const [index, { type, data }] of events.entries()) {
      insert.run(placement.orderId, index + 1, type, JSON.stringify(data))
    }
  }
}
