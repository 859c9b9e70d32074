/**
 * The life of an order as a decider: what may happen (`decide`), and what it means (`evolve`).
 */
import {
  type Command,
  type Order,
  type OrderEvent,
  type Placement,
  type Reason,
  Refused,
  type Status,
} from '#exercises/03-order-lifecycle/contract.ts'
import { orderTotalCents } from '#exercises/03-order-lifecycle/money.ts'

export const initialState = (): Order => ({
  status: 'none',
  orderId: '',
  customer: { id: '' },
  orderDate: '',
  lines: [],
})

/**
 * The events that follow from a command. None for a command that is repeated or comes too late to change anything:
 * facts from payment and stock arrive in any order, more than once, and also after a cancellation.
 * @throws Refused when the state does not allow it.
 */
export function decide(command: Command, order: Order): OrderEvent[] {
  const input = inputOf(command)
  const types = LIFECYCLE[order.status][input]
  if (types !== undefined) return types.map(type => createOrderEvent(type, command, order))
  if (command.type === 'PlaceOrder' && isSamePlacement(command, order)) return []
  throw new Refused(order.status, command)
}

/** What an event means. It never refuses: what has happened has happened, whatever today's rules say. */
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

export type Input = 'place' | 'authorize' | 'decline' | 'reserve' | 'reject' | 'cancel' | 'ship'

const CANCELLED = ['OrderCancelled'] as const
const NOTHING = [] as const

/** For each state what each input leads to. Nothing: a repeat, or too late to matter. Absent: refused. */
export const LIFECYCLE: Record<Status, Partial<Record<Input, readonly OrderEvent['type'][]>>> = {
  none: { place: ['OrderPlaced'] },
  placed: {
    authorize: ['OrderPaid'],
    decline: CANCELLED,
    reserve: ['OrderStockReserved'],
    reject: CANCELLED,
    cancel: CANCELLED,
  },
  paid: {
    authorize: NOTHING,
    decline: NOTHING,
    reserve: ['OrderStockReserved', 'OrderConfirmed'],
    reject: CANCELLED,
    cancel: CANCELLED,
  },
  reserved: {
    authorize: ['OrderPaid', 'OrderConfirmed'],
    decline: CANCELLED,
    reserve: NOTHING,
    reject: NOTHING,
    cancel: CANCELLED,
  },
  confirmed: {
    authorize: NOTHING,
    decline: NOTHING,
    reserve: NOTHING,
    reject: NOTHING,
    cancel: CANCELLED,
    ship: ['OrderShipped'],
  },
  shipped: { authorize: NOTHING, decline: NOTHING, reserve: NOTHING, reject: NOTHING, ship: NOTHING },
  cancelled: { authorize: NOTHING, decline: NOTHING, reserve: NOTHING, reject: NOTHING, cancel: NOTHING },
}

function inputOf(command: Command): Input {
  switch (command.type) {
    case 'PlaceOrder':
      return 'place'
    case 'RecordPayment':
      return command.outcome === 'authorized' ? 'authorize' : 'decline'
    case 'RecordStock':
      return command.outcome === 'reserved' ? 'reserve' : 'reject'
    case 'CancelOrder':
      return 'cancel'
    case 'ShipOrder':
      return 'ship'
  }
}

function createOrderEvent(type: OrderEvent['type'], command: Command, order: Order): OrderEvent {
  const { orderId, customer, orderDate, lines } = command.type === 'PlaceOrder' ? command : order
  const totalCents = orderTotalCents(lines)
  switch (type) {
    case 'OrderPlaced':
      return { type, data: { orderId, customer, orderDate, lines, totalCents } }
    case 'OrderPaid':
      return { type, data: { orderId, totalCents } }
    case 'OrderStockReserved':
    case 'OrderShipped':
      return { type, data: { orderId } }
    case 'OrderConfirmed':
      return { type, data: { orderId, orderDate, lines, totalCents } }
    case 'OrderCancelled': {
      const wasConfirmed = order.status === 'confirmed'
      return { type, data: { orderId, orderDate, lines, reason: reasonOf(command), wasConfirmed } }
    }
  }
}

function reasonOf(command: Command): Reason {
  if (command.type === 'RecordPayment') return 'payment-declined'
  return command.type === 'RecordStock' ? 'out-of-stock' : 'customer'
}

function isSamePlacement(command: Placement, order: Order): boolean {
  const content = ({ customer, orderDate, lines }: Placement) =>
    JSON.stringify([
      customer.id,
      orderDate,
      lines.map(line => [line.productId, line.quantity, line.unitPriceCents, line.discountBasisPoints]),
    ])
  return content(command) === content(order)
}
