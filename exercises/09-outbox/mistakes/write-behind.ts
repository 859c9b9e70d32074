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
      setTimeout(() => append(orderId, expectedVersion, events), 10)
    },
  }
}

export const mistake: Mistake = {
  outcome: 'lost',
  explanation:
    'append returns before anything is stored, so that a customer is told of an order which the next crash or conflict undoes',
  hints: [
    'At which moment does append return, and at which is the order in the database?',
    'Whatever happens between the two, a crash, a conflict, a full disk, nobody is left who could be told.',
    'Commit before append returns, or return a promise that resolves after the commit.',
  ],
}
