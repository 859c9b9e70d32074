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

const orders = new Map<string, Order>()

export function decide(command: Command, given: Order): OrderEvent[] {
  const id = command.type === 'PlaceOrder' ? command.orderId : given.orderId
  const order = orders.get(id) ?? given
  const events = eventsOf(command, order)
  orders.set(id, events.reduce(evolve, order))
  return events
}

function eventsOf(command: Command, order: Order): OrderEvent[] {
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
  outcome: 'stuck',
  explanation: 'decide goes by what it remembers of the order, and not by the order that it is given',
  hints: [
    'Two processes handle commands for the same order. What does the second one know of what the first one has stored?',
    'What decide keeps in a variable knows nothing of an append that failed, and nothing of the other process. The order it is given has been made from the stored events.',
    'Delete the memory. decide gets everything it may know as its second argument; after it has returned, it knows nothing any more.',
  ],
}
