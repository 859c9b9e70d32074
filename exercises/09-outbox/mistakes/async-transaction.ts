import type { OrderStore } from '#exercises/09-outbox/contract.ts'
import type { Mistake } from '#simulator/explore/check.ts'
import type { Host } from '#simulator/service.ts'
import { type Envelope, serializeEvent } from '#work/02-event-envelope/envelope.ts'
import { createEventStore } from '#work/05-event-store/event-store.ts'

export function createOrderStore({ db, kafka }: Pick<Host, 'db' | 'kafka'>): OrderStore {
  const store = createEventStore(db)
  const producer = kafka.producer()
  let connected: Promise<void> | undefined

  function save(orderId: string, expectedVersion: number, events: readonly Envelope[]): void {
    const stored = events.map(({ id, type, data, ...metadata }) => ({ id, type, data, metadata }))
    store.appendToStream(orderId, stored, { expectedStreamVersion: expectedVersion })
  }

  async function publish(orderId: string, events: readonly Envelope[]): Promise<void> {
    connected ??= producer.connect()
    await connected
    const messages = events.map(event => ({ key: orderId, value: serializeEvent(event) }))
    await producer.send({ topic: 'order.events', messages })
  }

  return {
    read(orderId) {
      const { events, currentStreamVersion } = store.readStream(orderId)
      const envelopes = events.map(
        ({ id, type, data, metadata }) => ({ id, type, data, ...metadata }) as Envelope,
      )
      return { events: envelopes, version: currentStreamVersion }
    },
    async append(orderId, expectedVersion, events) {
      const both = db.transaction(async () => {
        save(orderId, expectedVersion, events)
        await publish(orderId, events)
      })
      await both()
    },
  }
}

export const mistake: Mistake = {
  outcome: 'phantom',
  explanation:
    'the transaction is given an async function, so that it is refused and rolled back while the send inside it goes on',
  hints: [
    'What does db.transaction do with a function that returns a promise?',
    'SQLite’s transaction is over when the function returns, and an async function returns at its first await. better-sqlite3 refuses that with a TypeError and rolls back; what was started by then goes on.',
    'A transaction can hold nothing that has to be waited for. Write the message as a row of the outbox, which is a statement like any other.',
  ],
}
