import type { OrderStore } from '#exercises/09-outbox/contract.ts'
import { createOutbox } from '#exercises/09-outbox/outbox.ts'
import type { Mistake } from '#simulator/explore/check.ts'
import type { Host } from '#simulator/service.ts'
import type { Envelope } from '#work/02-event-envelope/envelope.ts'
import { createEventStore } from '#work/05-event-store/event-store.ts'

export function createOrderStore({ db }: Pick<Host, 'db' | 'kafka'>): OrderStore {
  const store = createEventStore(db)
  const outbox = createOutbox(db)

  function save(orderId: string, expectedVersion: number, events: readonly Envelope[]): void {
    const stored = events.map(({ id, type, data, ...metadata }) => ({ id, type, data, metadata }))
    store.appendToStream(orderId, stored, { expectedStreamVersion: expectedVersion })
  }

  const append = db.transaction((orderId: string, expectedVersion: number, events: readonly Envelope[]) => {
    save(orderId, expectedVersion, events)
    for (const event of events) outbox.add('order.events', orderId, event)
  }).immediate

  return {
    read(orderId) {
      const { events, currentStreamVersion } = store.readStream(orderId)
      const envelopes = events.map(
        ({ id, type, data, metadata }) => ({ id, type, data, ...metadata }) as Envelope,
      )
      return { events: envelopes, version: currentStreamVersion }
    },
    append(orderId, expectedVersion, events) {
      for (const [index, event] of events.entries()) append(orderId, expectedVersion + index, [event])
    },
  }
}

export const mistake: Mistake = {
  outcome: 'corrupt',
  explanation: 'each event is stored in a transaction of its own, so that half a decision can be left behind',
  hints: [
    'An order was placed and paid in one append. What is stored when the process dies after the first event?',
    'Each event has its message, that much is right. But the two events were one decision, and whoever reads the order now finds half of it and takes it for the whole.',
    'One transaction for the whole append: all events and all their rows.',
  ],
}
