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

  return {
    read(orderId) {
      const { events, currentStreamVersion } = store.readStream(orderId)
      const envelopes = events.map(
        ({ id, type, data, metadata }) => ({ id, type, data, ...metadata }) as Envelope,
      )
      return { events: envelopes, version: currentStreamVersion }
    },
    append(orderId, expectedVersion, events) {
      save(orderId, expectedVersion, events)
      for (const event of events) outbox.add('order.events', orderId, event)
    },
  }
}

export const mistake: Mistake = {
  outcome: 'lost',
  explanation:
    'the events and the rows of the outbox are committed one after the other, so that a crash or a failure in between leaves one without the other',
  hints: [
    'How many commits does your append make?',
    'What is not inside one db.transaction is a transaction of its own, each statement by itself. Between two commits the process can die, here as between the database and Kafka.',
    'Put the append to the store and all rows of the outbox into one db.transaction. A transaction inside becomes a savepoint of it.',
  ],
}
