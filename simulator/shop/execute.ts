/**
 * Executes commands on orders: load, decide, append. Two that do so at the same time are told apart by the expected version.
 */
import type { Command, Order, OrderEvent } from '#exercises/03-order-lifecycle/contract.ts'
import type { Host } from '#simulator/service.ts'
import { type Cause, createEvent, type Envelope } from '#work/02-event-envelope/envelope.ts'
import { decide, evolve, initialState } from '#work/03-order-lifecycle/order.ts'
import { upcast } from '#work/08-schema-evolution/upcast.ts'
import { createOrderStore } from '#work/09-outbox/order-store.ts'

/** How this version of the service writes an event: newer code may read more than it writes. */
export type Writer = (event: OrderEvent, cause: Cause) => Envelope

/** Version 2 of OrderPlaced. Readers know version 3 already: they are deployed before anybody writes it. */
export const writeVersion2: Writer = (event, cause) => {
  if (event.type !== 'OrderPlaced') return createEvent(event.type, event.data, cause)
  const { customer, ...data } = event.data
  return createEvent(event.type, { ...data, customerId: customer.id }, cause, 2)
}

/** Version 3 of OrderPlaced: the customer as an object, and the channel the order came through. */
export const writeVersion3: Writer = (event, cause) =>
  event.type === 'OrderPlaced'
    ? createEvent(event.type, { ...event.data, channel: 'web' }, cause, 3)
    : createEvent(event.type, event.data, cause)

export interface Orders {
  /** The order as it is now; its status is `none` when there is no such order. */
  load(orderId: string): Order
  /**
   * Decides on the command and stores what follows.
   * @throws Refused when the order's state does not allow the command
   */
  execute(orderId: string, command: Command, cause: Cause): Execution
}

export interface Execution {
  /** The order as it is afterwards. */
  readonly order: Order
  /** Settles once everything is stored. A store that is done at once has nothing to wait for. */
  readonly stored: Promise<void> | undefined
}

const MAX_CONFLICTS = 5

export function createOrderCommands(host: Host, write: Writer): Orders {
  const store = createOrderStore(host)

  function load(orderId: string): { order: Order; version: number } {
    const { events, version } = store.read(orderId)
    const order = events.reduce(
      (state, event) => evolve(state, upcast(event) as unknown as OrderEvent),
      initialState(),
    )
    return { order, version }
  }

  function executeOnce(orderId: string, command: Command, cause: Cause): Execution {
    const { order, version } = load(orderId)
    const events = decide(command, order)
    if (events.length === 0) return { order, stored: undefined }
    const envelopes = events.map(event => write(event, cause))
    const stored = store.append(orderId, version, envelopes) ?? undefined
    return { order: events.reduce(evolve, order), stored }
  }

  return {
    load: orderId => load(orderId).order,
    execute(orderId, command, cause) {
      for (let conflicts = 0; ; conflicts++) {
        try {
          return executeOnce(orderId, command, cause)
        } catch (error) {
          // Somebody else was first: what they did may change the decision, so it is made again from the start.
          if (!isConflict(error) || conflicts === MAX_CONFLICTS) throw error
        }
      }
    },
  }
}

/** By name: a store may bring an error class of its own. */
function isConflict(error: unknown): boolean {
  return error instanceof Error && error.name === 'ExpectedVersionConflictError'
}
