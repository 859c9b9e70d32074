/**
 * Rows written by the first version of the services, as they are found in every database that outlives a release.
 */

import { createOutbox } from '#exercises/09-outbox/outbox.ts'
import type { Database } from '#simulator/service.ts'
import { createEventStore } from '#work/05-event-store/event-store.ts'

/** The commands that led to the old events, so that these can be traced. */
export const OLD_COMMANDS = ['old-place-1', 'old-place-2']

/** Two orders accepted by version 1 of orders and not yet published: prices as decimal numbers, no total. */
export function writeOldOrders(db: Database): void {
  const store = createEventStore(db)
  const outbox = createOutbox(db)
  for (const number of [1, 2]) {
    const orderId = `old-order-${number}`
    const metadata = {
      version: 1,
      time: '2025-11-03T08:15:00.000Z',
      trace_id: '0'.repeat(31) + number,
      causation_id: OLD_COMMANDS[number - 1]!,
      correlation_id: orderId,
    }
    const data = {
      orderId,
      customerId: 'ada',
      orderDate: '2025-11-03',
      lines: [{ productId: 'chai', quantity: number, unitPrice: 17.95, discount: 0.05 }],
    }
    const event = { id: `${orderId}-placed`, type: 'OrderPlaced', data }
    store.appendToStream(orderId, [{ ...event, metadata }])
    outbox.add('order.events', orderId, { ...event, ...metadata })
  }
}
