/**
 * Payments: charges an order when it is placed and pays back when it is cancelled. Nobody tells it to; it listens.
 */
import { z } from 'zod'
import { createOutbox } from '#exercises/09-outbox/outbox.ts'
import { TransientError } from '#exercises/14-dead-letters/errors.ts'
import type { Service } from '#simulator/service.ts'
import { createEvent, type Envelope } from '#work/02-event-envelope/envelope.ts'
import { relay } from '#work/10-relay/relay.ts'
import { consume } from '#work/14-dead-letters/consume.ts'
import { charge, refund, wasCharged } from './provider.ts'

const OrderPlaced = z.object({
  orderId: z.string(),
  customer: z.object({ id: z.string() }),
  totalCents: z.int(),
})
const OrderCancelled = z.object({ orderId: z.string() })

/**
 * pending: a charge may have been made, nobody has seen the answer yet.
 * cancelled: the order was cancelled before its charge was begun; this stops an OrderPlaced that comes late.
 */
type Status = 'pending' | 'authorized' | 'declined' | 'refunded' | 'cancelled'
type Payment = { status: Status; amount_cents: number }

export const payments: Service = async host => {
  const { db } = host
  db.exec(`CREATE TABLE IF NOT EXISTS payments (
    order_id TEXT PRIMARY KEY, status TEXT NOT NULL, amount_cents INTEGER NOT NULL
  )`)
  const outbox = createOutbox(db)
  const find = db.prepare<[string], Payment>('SELECT status, amount_cents FROM payments WHERE order_id = ?')
  const begin = db.prepare('INSERT INTO payments VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
  const update = db.prepare('UPDATE payments SET status = ? WHERE order_id = ? AND status = ?')

  /** Begins the payment unless the order has one already; the row's primary key decides between two that try. */
  const ensure = (orderId: string, status: Status, amountCents: number) => {
    const isNew = begin.run(orderId, status, amountCents).changes > 0
    return { isNew, ...(find.get(orderId) as Payment) }
  }
  /** One step of a payment and the event that tells of it, once: whoever finds another status was not first. */
  const advance = db.transaction(
    (orderId: string, from: Status, to: Status, type: string, cause: Envelope) => {
      if (update.run(to, orderId, from).changes === 0) return
      const { amount_cents: amountCents } = find.get(orderId) as Payment
      outbox.add('payment.events', orderId, createEvent(type, { orderId, amountCents }, cause))
    },
  ).immediate

  async function pay(event: Envelope) {
    const { orderId, customer, totalCents } = OrderPlaced.parse(event.data)
    const { status, isNew } = ensure(orderId, 'pending', totalCents)
    if (status !== 'pending') return
    // After an attempt whose answer nobody saw, a refusal proves nothing: that attempt may have charged.
    const isPaid = (await charge(orderId, customer.id, totalCents)) || (!isNew && (await wasCharged(orderId)))
    if (isPaid) advance(orderId, 'pending', 'authorized', 'PaymentAuthorized', event)
    else advance(orderId, 'pending', 'declined', 'PaymentDeclined', event)
  }

  async function payBack(event: Envelope) {
    const { orderId } = OrderCancelled.parse(event.data)
    const { status, amount_cents } = ensure(orderId, 'cancelled', 0)
    // Another worker has the charge in hand, and whether there is anything to refund is not known before its answer.
    if (status === 'pending') throw new TransientError(`the charge of ${orderId} is still under way`)
    if (status !== 'authorized') return
    await refund(orderId, amount_cents)
    advance(orderId, 'authorized', 'refunded', 'PaymentRefunded', event)
  }

  await relay(host)
  await consume(host, {
    groupId: 'payments',
    topics: ['order.events'],
    handle(event) {
      if (event.type === 'OrderPlaced') return pay(event)
      if (event.type === 'OrderCancelled') return payBack(event)
    },
  })
}
