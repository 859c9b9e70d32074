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
    order.status = 'cancelled'
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
      order.status = status === 'reserved' ? 'confirmed' : 'paid'
      return status === 'reserved' ? [paid, confirmed] : [paid]
    case 'RecordStock':
      if (status !== 'placed' && status !== 'paid') return []
      if (command.outcome === 'rejected') return cancelled('out-of-stock')
      order.status = status === 'paid' ? 'confirmed' : 'reserved'
      return status === 'paid' ? [reserved, confirmed] : [reserved]
    case 'CancelOrder':
      if (status === 'cancelled') return []
      if (status === 'shipped') throw new Refused(status, command)
      return cancelled('customer')
    case 'ShipOrder':
      if (status === 'shipped') return []
      if (status !== 'confirmed') throw new Refused(status, command)
      order.status = 'shipped'
      return [{ type: 'OrderShipped', data: { orderId } }]
  }
}

export function evolve(order: Order, event: OrderEvent): Order {
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
  outcome: 'diverged',
  explanation:
    'the order in memory is changed by something else than evolve making a new one from a stored event, so that memory and events drift apart',
  hints: [
    'The database is busy and the append fails. Nothing is stored. What is the order in memory?',
    'An order that is alive in the process and one that is folded from its events have to be the same at every moment. Who in your file changes an order, and when?',
    'decide only returns events. evolve makes a new order from the old one and the event: { ...order, status: … }. Neither writes into what it was given.',
  ],
}
