/**
 * Executes commands on orders: load, decide, append with its outbox rows, all in one transaction.
 */
import { ExpectedVersionConflictError } from '#simulator/event-store/errors.ts'
import type { Database } from '#simulator/service.ts'
import { type Cause, createEvent, type Envelope } from '#work/02-event-envelope/envelope.ts'
import {
  type Command,
  decide,
  evolve,
  initialState,
  type Order,
  type OrderEvent,
} from '#work/03-order-lifecycle/order.ts'
import { upcast } from '#work/08-schema-evolution/upcast.ts'
import { createPublishingStore } from '#work/09-outbox/outbox.ts'

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
   * Returns the order as it is afterwards.
   * @throws Refused when its state does not allow the command
   */
  execute(orderId: string, command: Command, cause: Cause): Order
}

const MAX_CONFLICTS = 5

export function createOrderCommands(db: Database, write: Writer): Orders {
  const store = createPublishingStore(db, 'order.events')

  function load(orderId: string): { order: Order; version: number } {
    const { events, version } = store.read(orderId)
    const order = events.reduce(
      (state, event) => evolve(state, upcast(event) as unknown as OrderEvent),
      initialState(),
    )
    return { order, version }
  }

  const executeOnce = db.transaction((orderId: string, command: Command, cause: Cause) => {
    const { order, version } = load(orderId)
    const events = decide(command, order)
    if (events.length > 0)
      store.append(
        orderId,
        version,
        events.map(event => write(event, cause)),
      )
    return events.reduce(evolve, order)
  }).immediate

  return {
    load: orderId => load(orderId).order,
    execute(orderId, command, cause) {
      for (let conflicts = 0; ; conflicts++) {
        try {
          return executeOnce(orderId, command, cause)
        } catch (error) {
          // Somebody else was first: what they did may change the decision, so it is made again from the start.
          if (!(error instanceof ExpectedVersionConflictError) || conflicts === MAX_CONFLICTS) throw error
        }
      }
    },
  }
}
