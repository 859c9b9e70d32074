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
    for (const event of events) outbox.add('orders', orderId, event)
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
  explanation: 'the rows of the outbox name another topic, and those who read order.events wait for ever',
  hints: [
    'Look at the column topic of your outbox. Who reads that?',
    'The relay sends each row to the topic that it names. It does not know which one you meant.',
    'The topic is order.events.',
  ],
}
