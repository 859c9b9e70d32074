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
      try {
        append(orderId, expectedVersion, events)
      } catch (error) {
        if ((error as Error).name !== 'ExpectedVersionConflictError') throw error
      }
    },
  }
}

export const mistake: Mistake = {
  outcome: 'lost',
  explanation:
    'a conflict counts as done, so that somebody is told that something happened which is stored nowhere',
  hints: [
    'Two people change an order at the same moment. What does the slower one hear?',
    'A conflict says that the decision was made on old facts. Only the caller can make it again, and append is all it hears.',
    'Let ExpectedVersionConflictError pass: the caller reads the order again and decides anew.',
  ],
}
