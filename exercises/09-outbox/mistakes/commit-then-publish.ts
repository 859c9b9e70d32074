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
      save(orderId, expectedVersion, events)
      await publish(orderId, events)
    },
  }
}

export const mistake: Mistake = {
  outcome: 'lost',
  explanation:
    'the events are committed first and sent afterwards, so that whatever dies or fails in between leaves events of which nobody hears',
  hints: [
    'Suppose the process dies right after the commit. Who sends the events?',
    'The customer asks again, finds the order stored and is content; a retry of the send dies with the process that retries. The order is there, and its event never will be.',
    'Let the transaction that stores the events store the messages too, as rows of the outbox. Who sends them from there is the business of the relay.',
  ],
}
