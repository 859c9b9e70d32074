import type { OrderStore } from '#exercises/09-outbox/contract.ts'
import { createOutbox } from '#exercises/09-outbox/outbox.ts'
import type { Mistake } from '#simulator/explore/check.ts'
import type { Host } from '#simulator/service.ts'
import type { Envelope } from '#work/02-event-envelope/envelope.ts'
import { createEventStore } from '#work/05-event-store/event-store.ts'

export function createOrderStore({ db }: Pick<Host, 'db' | 'kafka'>): OrderStore {
  const store = createEventStore(db)
  const outbox = createOutbox(db)

  function save(orderId: string, events: readonly Envelope[]): void {
    const stored = events.map(({ id, type, data, ...metadata }) => ({ id, type, data, metadata }))
    store.appendToStream(orderId, stored)
  }

  const append = db.transaction((orderId: string, events: readonly Envelope[]) => {
    save(orderId, events)
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
    append: (orderId, _expectedVersion, events) => append(orderId, events),
  }
}

export const mistake: Mistake = {
  outcome: 'corrupt',
  explanation:
    'the expected version is not passed on, so that two decisions about the same state are both stored',
  hints: [
    'An order is cancelled and shipped at the same moment. Which of the two does your store refuse?',
    'Both have read the same version. The second append comes with a version that is no longer the order’s, and that is the only sign.',
    'Pass expectedStreamVersion on to appendToStream, and let it throw.',
  ],
}
