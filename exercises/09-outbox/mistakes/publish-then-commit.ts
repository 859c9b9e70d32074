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
      await publish(orderId, events)
      save(orderId, expectedVersion, events)
    },
  }
}

export const mistake: Mistake = {
  outcome: 'phantom',
  explanation:
    'the events are sent before they are committed, so that whatever fails or conflicts in between leaves messages about what never happened',
  hints: [
    'The commit fails: the database is busy, full, or somebody else was faster. What has the rest of the world been told by then?',
    'A message that was sent cannot be taken back, and to have it sent inside the open transaction changes nothing: the transaction can still fail.',
    'Do not send at all in append. Write the messages into the outbox in the same transaction: a transaction that fails takes them along.',
  ],
}
