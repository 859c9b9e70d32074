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

interface Counting extends Order {
  confirmations: number
}

export const initialState = (): Counting => ({
  status: 'none',
  orderId: '',
  customer: { id: '' },
  orderDate: '',
  lines: [],
  confirmations: 0,
})

export function decide(command: Command, order: Counting): OrderEvent[] {
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
      if (status === 'confirmed' || status === 'shipped' || status === 'cancelled') return []
      if (command.outcome === 'declined') return cancelled('payment-declined')
      return order.confirmations === 1 ? [paid, confirmed] : [paid]
    case 'RecordStock':
      if (status === 'confirmed' || status === 'shipped' || status === 'cancelled') return []
      if (command.outcome === 'rejected') return cancelled('out-of-stock')
      return order.confirmations === 1 ? [reserved, confirmed] : [reserved]
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

export function evolve(order: Counting, event: OrderEvent): Counting {
  switch (event.type) {
    case 'OrderPlaced': {
      const { orderId, customer, orderDate, lines } = event.data
      return { status: 'placed', confirmations: 0, orderId, customer, orderDate, lines }
    }
    case 'OrderPaid':
      return { ...order, status: 'paid', confirmations: order.confirmations + 1 }
    case 'OrderStockReserved':
      return { ...order, status: 'reserved', confirmations: order.confirmations + 1 }
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
  outcome: 'phantom',
  explanation: 'two confirmations confirm an order, even if they are the same one twice',
  hints: [
    'An order needs two things, the money and the goods. What does yours need?',
    'A number forgets what was counted. The payment that comes twice counts as much as payment and stock.',
    'Keep what has happened, not how often something has: paid and reserved are two statuses, and each waits for the other fact.',
  ],
}
