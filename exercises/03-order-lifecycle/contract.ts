/**
 * The words of an order's life: what can be asked of it, what can happen to it, what it is.
 */

export interface OrderLine {
  productId: string
  quantity: number
  unitPriceCents: number
  /** 0 to 10000; 1500 is 15 % off. */
  discountBasisPoints: number
}

export interface Placement {
  orderId: string
  customer: { id: string }
  /** ISO date: `1997-01-15`. */
  orderDate: string
  lines: OrderLine[]
}

export type Command =
  | ({ type: 'PlaceOrder' } & Placement)
  | { type: 'RecordPayment'; outcome: 'authorized' | 'declined' }
  | { type: 'RecordStock'; outcome: 'reserved' | 'rejected' }
  | { type: 'CancelOrder' }
  | { type: 'ShipOrder' }

export type OrderEvent =
  | { type: 'OrderPlaced'; data: Placement & { totalCents: number } }
  | { type: 'OrderPaid'; data: { orderId: string; totalCents: number } }
  | { type: 'OrderStockReserved'; data: { orderId: string } }
  | { type: 'OrderConfirmed'; data: Omit<Placement, 'customer'> & { totalCents: number } }
  | { type: 'OrderShipped'; data: { orderId: string } }
  | { type: 'OrderCancelled'; data: Omit<Placement, 'customer'> & { reason: Reason; wasConfirmed: boolean } }

export type Reason = 'customer' | 'payment-declined' | 'out-of-stock'

export const STATUSES = ['none', 'placed', 'paid', 'reserved', 'confirmed', 'shipped', 'cancelled'] as const
export type Status = (typeof STATUSES)[number]

/** Everything later decisions need, and nothing else. */
export interface Order extends Placement {
  status: Status
}

/** Whether both ask for the same; what else the objects carry, and in which order, does not count. */
export function isSamePlacement(one: Placement, other: Placement): boolean {
  return contentOf(one) === contentOf(other)
}

function contentOf({ orderId, customer, orderDate, lines }: Placement): string {
  const contents = lines.map(line => [
    line.productId,
    line.quantity,
    line.unitPriceCents,
    line.discountBasisPoints,
  ])
  return JSON.stringify([orderId, customer.id, orderDate, contents])
}

/** A command that the order's state does not allow; nothing has happened. */
export class Refused extends Error {
  override readonly name = 'Refused'
  constructor(
    readonly status: Status,
    readonly command: Command,
  ) {
    super(`cannot ${WORDS[command.type]} an order that is ${status === 'none' ? 'unknown' : status}`)
  }
}

const WORDS: Record<Command['type'], string> = {
  PlaceOrder: 'place',
  RecordPayment: 'take the payment of',
  RecordStock: 'reserve the stock of',
  CancelOrder: 'cancel',
  ShipOrder: 'ship',
}
