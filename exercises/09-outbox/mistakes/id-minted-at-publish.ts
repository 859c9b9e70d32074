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
    for (const event of events) outbox.add('order.events', orderId, { ...event, id: crypto.randomUUID() })
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
  outcome: 'phantom',
  explanation:
    'the message gets an id of its own, so that nobody can tell which event it is, nor a repetition from news',
  hints: [
    'Compare the id of an event in the store with that of its message in order.events.',
    'Consumers recognise a repetition by the id, and whoever looks into the store finds the event by it. Both need one id, given once.',
    'Hand the envelope to the outbox as it came: its id was fixed when it was decided.',
  ],
}
