import type { OrderStore } from '#exercises/09-outbox/contract.ts'
import type { Mistake } from '#simulator/explore/check.ts'
import type { Host } from '#simulator/service.ts'
import { type Envelope, serializeEvent } from '#work/02-event-envelope/envelope.ts'
import { createEventStore } from '#work/05-event-store/event-store.ts'

export function createOrderStore({ db, kafka }: Pick<Host, 'db' | 'kafka'>): OrderStore {
  const store = createEventStore(db)
  const producer = kafka.producer()
  let connected: Promise<void> | undefined
  const unsent: { orderId: string; events: readonly Envelope[] }[] = []

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

  async function flush(): Promise<void> {
    while (unsent.length > 0) {
      await publish(unsent[0]!.orderId, unsent[0]!.events)
      unsent.shift()
    }
  }
  const loop = async () => {
    await flush().catch(() => {
      connected = undefined
    })
    setTimeout(loop, 200)
  }
  setTimeout(loop, 200)

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
      unsent.push({ orderId, events })
    },
  }
}

export const mistake: Mistake = {
  outcome: 'lost',
  explanation: 'what is still to be sent waits in memory, and a process that dies takes it along',
  hints: [
    'Where are the unsent messages when the process starts again?',
    'The timer and the retries help against a broker that is away. Against a deployment, an out-of-memory kill or a crash nothing in memory helps.',
    'Keep the queue in the database: a row of the outbox for each event, written in the transaction that stores the event.',
  ],
}
