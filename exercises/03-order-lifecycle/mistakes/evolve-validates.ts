import {
  type Command,
  isSamePlacement,
  type Order,
  type OrderEvent,
  type Reason,
  Refused,
} from '#exercises/03-order-lifecycle/contract.ts'
import { orderTotalCents } from '#exercises/03-order-lifecycle/money.ts'
import type { Mistake } from '#simulator/explore/check.ts'

export const initialState = (): Order => ({
  status: 'none',
  orderId: '',
  customer: { id: '' },
  orderDate: '',
  lines: [],
})

export function decide(command: Command, order: Order): OrderEvent[] {
  const { status, orderId, orderDate, lines } = order
  const totalCents = orderTotalCents(lines)
  const paid: OrderEvent = { type: 'OrderPaid', data: { orderId, totalCents } }
  const reserved: OrderEvent = { type: 'OrderStockReserved', data: { orderId } }
  const confirmed: OrderEvent = { type: 'OrderConfirmed', data: { orderId, orderDate, lines, totalCents } }
  const cancelled = (reason: Reason): OrderEvent[] => {
    const wasConfirmed = status === 'confirmed'
    return [{ type: 'OrderCancelled', data: { orderId, orderDate, lines, reason, wasConfirmed } }]
  }

  if (command.type === 'PlaceOrder') {
    const { type: _, ...placement } = command
    if (status === 'none') {
      return [{ type: 'OrderPlaced', data: { ...placement, totalCents: orderTotalCents(placement.lines) } }]
    }
    if (isSamePlacement(placement, order)) return []
    throw new Refused(status, command)
  }
  if (status === 'none') throw new Refused(status, command)
  switch (command.type) {
    case 'RecordPayment':
      if (status !== 'placed' && status !== 'reserved') return []
      if (command.outcome === 'declined') return cancelled('payment-declined')
      return status === 'reserved' ? [paid, confirmed] : [paid]
    case 'RecordStock':
      if (status !== 'placed' && status !== 'paid') return []
      if (command.outcome === 'rejected') return cancelled('out-of-stock')
      return status === 'paid' ? [reserved, confirmed] : [reserved]
    case 'CancelOrder':
      if (status === 'cancelled') return []
      if (status === 'shipped') throw new Refused(status, command)
      return cancelled('customer')
    case 'ShipOrder':
      if (status === 'shipped') return []
      if (status !== 'confirmed') throw new Refused(status, command)
      return [{ type: 'OrderShipped', data: { orderId } }]
  }
}

/** From which statuses an event may lead on. */
const BEFORE: Record<OrderEvent['type'], readonly Order['status'][]> = {
  OrderPlaced: ['none'],
  OrderPaid: ['placed', 'reserved'],
  OrderStockReserved: ['placed', 'paid'],
  OrderConfirmed: ['paid', 'reserved'],
  OrderShipped: ['confirmed'],
  OrderCancelled: ['placed', 'paid', 'reserved', 'confirmed'],
}

export function evolve(order: Order, event: OrderEvent): Order {
  if (BEFORE[event.type]?.includes(order.status) === false) {
    throw new Error(`${event.type} cannot follow on ${order.status}`)
  }
  switch (event.type) {
    case 'OrderPlaced': {
      const { orderId, customer, orderDate, lines } = event.data
      return { status: 'placed', orderId, customer, orderDate, lines }
    }
    case 'OrderPaid':
      return { ...order, status: 'paid' }
    case 'OrderStockReserved':
      return { ...order, status: 'reserved' }
    case 'OrderConfirmed':
      return { ...order, status: 'confirmed' }
    case 'OrderShipped':
      return { ...order, status: 'shipped' }
    case 'OrderCancelled':
      return { ...order, status: 'cancelled' }
    default:
      return order
  }
}

export const mistake: Mistake = {
  outcome: 'stuck',
  explanation:
    "evolve checks today's rules, so that an order which was accepted under other rules cannot be read any more",
  hints: [
    'An order from 2019 was shipped before it was paid, because that was allowed then. What does your file make of its events?',
    'decide judges what may happen. By the time evolve sees an event it has happened. Whom would an error help?',
    'Let evolve only say what an event means: OrderShipped makes the order shipped, whatever it was before. All rules belong into decide.',
  ],
}
