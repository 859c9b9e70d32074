/**
 * Dispatch: tells the warehouse, in the words the warehouse knows, what comes in and what has to go out.
 */
import { z } from 'zod'
import { createOutbox } from '#exercises/09-outbox/outbox.ts'
import type { Service } from '#simulator/service.ts'
import { createEvent, dedupeKey, type Envelope } from '#work/02-event-envelope/envelope.ts'
import { relay } from '#work/10-relay/relay.ts'
import { consume } from '#work/14-dead-letters/consume.ts'
import { isoWeek } from './calendar.ts'

const Lines = z.array(z.object({ productId: z.string(), quantity: z.int().positive() }))
const Listed = z.object({ productId: z.string(), openingStock: z.int().nonnegative() })
const Confirmed = z.object({ orderId: z.string(), orderDate: z.iso.date(), lines: Lines })
const Cancelled = z.object({ lines: Lines, wasConfirmed: z.boolean() })

export const dispatch: Service = async host => {
  const { db } = host
  const outbox = createOutbox(db)
  db.exec('CREATE TABLE IF NOT EXISTS inbox (event_id TEXT PRIMARY KEY) WITHOUT ROWID')
  const remember = db.prepare('INSERT INTO inbox VALUES (?) ON CONFLICT DO NOTHING')

  const handleOnce = db.transaction((event: Envelope) => {
    if (remember.run(dedupeKey(event)).changes === 0) return
    switch (event.type) {
      case 'ProductListed': {
        const { productId, openingStock } = Listed.parse(event.data)
        return receive(productId, openingStock, event)
      }
      case 'OrderConfirmed': {
        const { orderId, orderDate, lines } = Confirmed.parse(event.data)
        const data = { orderId, week: isoWeek(orderDate), lines: addUp(lines) }
        return outbox.add('sales.events', orderId, createEvent('OrderPlaced', data, event))
      }
      case 'OrderCancelled': {
        const { lines, wasConfirmed } = Cancelled.parse(event.data)
        if (wasConfirmed)
          for (const { productId, quantity } of addUp(lines)) receive(productId, quantity, event)
      }
    }
  }).immediate

  function receive(productId: string, quantity: number, cause: Envelope): void {
    outbox.add('warehouse.events', productId, createEvent('GoodsReceived', { productId, quantity }, cause))
  }

  await relay(host)
  await consume(host, {
    groupId: 'dispatch',
    topics: ['product.events', 'order.events'],
    handle: event => handleOnce(event),
  })
}

/** The warehouse wants each product once. */
function addUp(lines: z.infer<typeof Lines>): z.infer<typeof Lines> {
  const units = new Map<string, number>()
  for (const { productId, quantity } of lines) units.set(productId, (units.get(productId) ?? 0) + quantity)
  return [...units].map(([productId, quantity]) => ({ productId, quantity }))
}
