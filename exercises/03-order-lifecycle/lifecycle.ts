/**
 * The life of an order as a state machine: what `decide` and `evolve` are compared with, status by status.
 *
 * Below each status are the inputs it takes. `target` is the status it leads to, and `actions` are the events that are
 * recorded on the way. `ignore` records nothing: the input repeats what is known, or comes too late to change anything. An
 * input that is missing is refused.
 */
import { assign, setup } from 'xstate'
import { type Command, isSamePlacement, type Placement, type Reason } from './contract.ts'

export type Input =
  | { type: 'place'; placement: Placement }
  | { type: 'authorize' | 'decline' | 'reserve' | 'reject' | 'cancel' | 'ship' }

/** The machine says which events there are; whoever asks it makes something of them. */
const isRecorded = () => {}

export const lifecycle = setup({
  types: {
    events: {} as Input,
    context: {} as { placement: Placement | undefined },
  },
  actions: {
    OrderPlaced: isRecorded,
    OrderPaid: isRecorded,
    OrderStockReserved: isRecorded,
    OrderConfirmed: isRecorded,
    OrderShipped: isRecorded,
    OrderCancelled: (_, _params: { reason: Reason; wasConfirmed?: boolean }) => {},
    ignore: () => {},
    rememberPlacement: assign(({ event }) => (event.type === 'place' ? { placement: event.placement } : {})),
  },
  guards: {
    isSamePlacement: ({ context: { placement }, event }) =>
      event.type === 'place' && placement !== undefined && isSamePlacement(event.placement, placement),
  },
}).createMachine({
  id: 'order',
  context: { placement: undefined },
  initial: 'none',
  // In whatever status, unless it says otherwise itself. Another order under an id that is taken is refused.
  on: {
    place: { guard: 'isSamePlacement', actions: 'ignore' },
  },
  states: {
    none: {
      on: {
        place: { target: 'placed', actions: ['OrderPlaced', 'rememberPlacement'] },
      },
    },
    placed: {
      on: {
        authorize: { target: 'paid', actions: 'OrderPaid' },
        decline: { target: 'cancelled', actions: cancelledFor('payment-declined') },
        reserve: { target: 'reserved', actions: 'OrderStockReserved' },
        reject: { target: 'cancelled', actions: cancelledFor('out-of-stock') },
        cancel: { target: 'cancelled', actions: cancelledFor('customer') },
      },
    },
    // Paid, and not yet in stock.
    paid: {
      on: {
        authorize: { actions: 'ignore' },
        decline: { actions: 'ignore' },
        reserve: { target: 'confirmed', actions: ['OrderStockReserved', 'OrderConfirmed'] },
        reject: { target: 'cancelled', actions: cancelledFor('out-of-stock') },
        cancel: { target: 'cancelled', actions: cancelledFor('customer') },
      },
    },
    // In stock, and not yet paid.
    reserved: {
      on: {
        authorize: { target: 'confirmed', actions: ['OrderPaid', 'OrderConfirmed'] },
        decline: { target: 'cancelled', actions: cancelledFor('payment-declined') },
        reserve: { actions: 'ignore' },
        reject: { actions: 'ignore' },
        cancel: { target: 'cancelled', actions: cancelledFor('customer') },
      },
    },
    confirmed: {
      on: {
        authorize: { actions: 'ignore' },
        decline: { actions: 'ignore' },
        reserve: { actions: 'ignore' },
        reject: { actions: 'ignore' },
        cancel: { target: 'cancelled', actions: cancelledFor('customer', { wasConfirmed: true }) },
        ship: { target: 'shipped', actions: 'OrderShipped' },
      },
    },
    shipped: {
      on: {
        authorize: { actions: 'ignore' },
        decline: { actions: 'ignore' },
        reserve: { actions: 'ignore' },
        reject: { actions: 'ignore' },
        ship: { actions: 'ignore' },
      },
    },
    cancelled: {
      on: {
        authorize: { actions: 'ignore' },
        decline: { actions: 'ignore' },
        reserve: { actions: 'ignore' },
        reject: { actions: 'ignore' },
        cancel: { actions: 'ignore' },
      },
    },
  },
})

/** What a command is to the machine. */
export function inputOf(command: Command): Input {
  switch (command.type) {
    case 'PlaceOrder': {
      const { type: _, ...placement } = command
      return { type: 'place', placement }
    }
    case 'RecordPayment':
      return { type: command.outcome === 'authorized' ? 'authorize' : 'decline' }
    case 'RecordStock':
      return { type: command.outcome === 'reserved' ? 'reserve' : 'reject' }
    case 'CancelOrder':
      return { type: 'cancel' }
    case 'ShipOrder':
      return { type: 'ship' }
  }
}

function cancelledFor(reason: Reason, more: { wasConfirmed?: boolean } = {}) {
  return { type: 'OrderCancelled' as const, params: { reason, ...more } }
}
