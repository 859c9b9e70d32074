/**
 * Notifications: tells the customer by mail that an order is paid, once.
 */
import { z } from 'zod'
import { PermanentError, TransientError } from '#exercises/14-dead-letters/errors.ts'
import type { Service } from '#simulator/service.ts'
import { consume } from '#work/14-dead-letters/consume.ts'

const TIMEOUT_MS = 5_000
const PaymentAuthorized = z.object({ orderId: z.string(), amountCents: z.int() })

export const notifications: Service = async host => {
  const { db } = host
  db.exec('CREATE TABLE IF NOT EXISTS sent (order_id TEXT PRIMARY KEY, event_id TEXT NOT NULL) WITHOUT ROWID')
  const find = db.prepare('SELECT 1 FROM sent WHERE order_id = ?')
  const insert = db.prepare('INSERT INTO sent VALUES (?, ?) ON CONFLICT DO NOTHING')

  await consume(host, {
    groupId: 'notifications',
    topics: ['payment.events'],
    async handle(event) {
      if (event.type !== 'PaymentAuthorized') return
      const { orderId, amountCents } = PaymentAuthorized.parse(event.data)
      // This saves a call, no more: between it and the insert others may send too. The key is what makes it one mail.
      if (find.get(orderId) !== undefined) return
      await send(orderId, amountCents)
      insert.run(orderId, event.id)
    },
  })
}

async function send(orderId: string, amountCents: number): Promise<void> {
  const { ok, status } = await fetch('http://mail/messages', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': `paid-${orderId}` },
    body: JSON.stringify({ orderId, subject: `Your order ${orderId} is paid`, amountCents }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(error => {
    throw new TransientError(`the mail provider does not answer: ${error}`)
  })
  if (ok) return
  if (status >= 500 || [408, 409, 425, 429].includes(status)) {
    throw new TransientError(`the mail provider answers ${status}`)
  }
  throw new PermanentError(`the mail provider refuses with ${status}`)
}
