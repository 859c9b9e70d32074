import type { OrderStore } from '#exercises/09-outbox/contract.ts'
import type { Host } from '#simulator/service.ts'
import { type Envelope, serializeEvent } from '#work/02-event-envelope/envelope.ts'
import { createEventStore } from '#work/05-event-store/event-store.ts'

export function createOrderStore({ db, kafka }: Pick<Host, 'db' | 'kafka'>): OrderStore {
  const store = createEventStore(db)
  const producer = kafka.producer()
  let connected: Promise<void> | undefined
  const remove = db.prepare('DELETE FROM events WHERE id = ?')

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
      save(orderId, expectedVersion, events)
      try {
        await publish(orderId, events)
      } catch (error) {
        connected = undefined
        for (const event of events) remove.run(event.id)
        throw error
      }
    },
  }
}
