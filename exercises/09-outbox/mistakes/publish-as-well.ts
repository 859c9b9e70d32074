import type { OrderStore } from '#exercises/09-outbox/contract.ts'
import { createOutbox } from '#exercises/09-outbox/outbox.ts'
import type { Mistake } from '#simulator/explore/check.ts'
import type { Host } from '#simulator/service.ts'
import { type Envelope, serializeEvent } from '#work/02-event-envelope/envelope.ts'
import { createEventStore } from '#work/05-event-store/event-store.ts'

export function createOrderStore({ db, kafka }: Pick<Host, 'db' | 'kafka'>): OrderStore {
  const store = createEventStore(db)
  const outbox = createOutbox(db)
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
    async append(orderId, expectedVersion, events) {
      append(orderId, expectedVersion, events)
      await publish(orderId, events)
    },
  }
}

export const mistake: Mistake = {
  outcome: 'stuck',
  explanation:
    'the events are in the outbox and are sent from append as well, so that customers wait for a Kafka that is away, and what is sent here overtakes what the relay has yet to send',
  hints: [
    'Kafka is away. How long does your customer wait, for something that the relay would have done anyway?',
    'Two senders know nothing of each other. A send that fails here leaves its events to the relay, and the next append sends its own before the relay comes round.',
    'One place writes the outbox, one place sends from it. Leave the producer out of append altogether.',
  ],
}
