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
      } catch {
        connected = undefined
        for (const event of events) outbox.add('order.events', orderId, event)
      }
    },
  }
}

export const mistake: Mistake = {
  outcome: 'lost',
  explanation:
    'the outbox gets only what could not be sent, so that a process which dies before it knows writes nothing',
  hints: [
    'A send can succeed and it can fail. What is the third thing that can happen?',
    'The catch block covers a Kafka that says no. It does not run when the process dies after the commit, and it comes too late when the answer takes half a minute.',
    'Write the rows always, in the same transaction as the events, and leave the sending to the relay.',
  ],
}
