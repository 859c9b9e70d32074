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
    append(orderId, expectedVersion, events) {
      save(orderId, expectedVersion, events)
      publish(orderId, events).catch(error => console.error('not published', error))
    },
  }
}

export const mistake: Mistake = {
  outcome: 'lost',
  explanation:
    'the send is started and nobody waits for it, so that the customer has the answer before anybody knows whether the events are in Kafka',
  hints: [
    'Kafka is away for five minutes. What does your code do with the events of those minutes?',
    'A promise that nobody awaits is memory. When it fails there is a line in a log, when the process dies there is not even that.',
    'That the customer need not wait is right. But what is still to be sent has to survive the process: as rows of the outbox, committed together with the events.',
  ],
}
