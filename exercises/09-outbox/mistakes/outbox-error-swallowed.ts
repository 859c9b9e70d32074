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
    for (const event of events) {
      try {
        outbox.add('order.events', orderId, event)
      } catch (error) {
        console.error('not in the outbox', event.id, error)
      }
    }
  }).immediate

  return {
    read(orderId) {
      const { events, currentStreamVersion } = store.readStream(orderId)
      const envelopes = events.map(
        ({ id, type, data, metadata }) => ({ id, type, data, ...metadata }) as Envelope,
      )
      return { events: envelopes, version: currentStreamVersion }
    },
    append: (orderId, expectedVersion, events) => append(orderId, expectedVersion, events),
  }
}

export const mistake: Mistake = {
  outcome: 'lost',
  explanation:
    'a row of the outbox that cannot be written is logged and left out, and the transaction commits without it',
  hints: [
    'A statement fails inside your transaction. Does the transaction still commit?',
    'db.transaction rolls back when its function throws. An error that is caught inside is none, and the event is committed without its message.',
    'Let the error pass. The transaction is rolled back, the customer asks again, and nothing has happened meanwhile.',
  ],
}
