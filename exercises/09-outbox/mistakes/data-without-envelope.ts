import type { OrderStore } from '#exercises/09-outbox/contract.ts'
import { createOutbox } from '#exercises/09-outbox/outbox.ts'
import type { Mistake } from '#simulator/explore/check.ts'
import type { Host } from '#simulator/service.ts'
import type { Envelope } from '#work/02-event-envelope/envelope.ts'
import { createEventStore } from '#work/05-event-store/event-store.ts'

export function createOrderStore({ db }: Pick<Host, 'db' | 'kafka'>): OrderStore {
  const store = createEventStore(db)
  createOutbox(db)

  function save(orderId: string, expectedVersion: number, events: readonly Envelope[]): void {
    const stored = events.map(({ id, type, data, ...metadata }) => ({ id, type, data, metadata }))
    store.appendToStream(orderId, stored, { expectedStreamVersion: expectedVersion })
  }

  const insert = db.prepare('INSERT INTO outbox (id, topic, key, type, value) VALUES (?, ?, ?, ?, ?)')
  const append = db.transaction((orderId: string, expectedVersion: number, events: readonly Envelope[]) => {
    save(orderId, expectedVersion, events)
    for (const { id, type, data } of events)
      insert.run(id, 'order.events', orderId, type, JSON.stringify(data))
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
    'the message holds only the data of the event, so that its readers know neither which event it is nor of what type',
  hints: [
    'What does a consumer see of your message? It does not see the other columns of the row.',
    'The id by which a repetition is recognised, the type and the trace are fields of the envelope. A message without them is no event.',
    'The value of the row is the whole envelope, as serializeEvent writes it.',
  ],
}
