/**
 * Analytics: revenue as an append-only table of facts. Nothing is ever updated: a cancellation is a fact with a minus.
 */
import { Hono } from 'hono'
import { z } from 'zod'
import { lineTotalCents } from '#exercises/03-order-lifecycle/money.ts'
import type { Service } from '#simulator/service.ts'
import type { Envelope } from '#work/02-event-envelope/envelope.ts'
import { consume } from '#work/14-dead-letters/consume.ts'
import { parsePeriod, readRevenue } from './revenue.ts'

const Line = z.object({
  productId: z.string(),
  quantity: z.int().positive(),
  unitPriceCents: z.int().nonnegative(),
  discountBasisPoints: z.int().min(0).max(10_000),
})
const OrderConfirmed = z.object({ orderId: z.string(), orderDate: z.iso.date(), lines: z.array(Line) })
const OrderCancelled = OrderConfirmed.extend({ wasConfirmed: z.boolean() })

export const analytics: Service = async host => {
  const { db } = host
  db.exec(`
    CREATE TABLE IF NOT EXISTS sales_facts (
      event_id TEXT, line INTEGER,
      order_id TEXT NOT NULL, order_date TEXT NOT NULL, product_id TEXT NOT NULL,
      units INTEGER NOT NULL, revenue_cents INTEGER NOT NULL, orders INTEGER NOT NULL,
      PRIMARY KEY (event_id, line)
    ) WITHOUT ROWID
  `)
  // A fact is identified by its event and its place in it: inserting it again changes nothing.
  const insert = db.prepare('INSERT INTO sales_facts VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')

  const addFacts = db.transaction((event: Envelope, sign: 1 | -1) => {
    const { orderId, orderDate, lines } = OrderConfirmed.parse(event.data)
    lines.forEach((line, index) => {
      const order = index === 0 ? sign : 0
      const { productId, quantity } = line
      const facts = [sign * quantity, sign * lineTotalCents(line), order]
      insert.run(event.id, index, orderId, orderDate, productId, ...facts)
    })
  }).immediate

  const app = new Hono()
  app.get('/reports/revenue', c => {
    const period = parsePeriod(c.req.query('period') ?? '')
    if (period !== undefined) return c.json(readRevenue(db, period))
    const detail = 'period is day, week, month or year, or one of these: 1997-01-15, 1997-W03, 1997-01, 1997'
    const problem = { type: 'about:blank', title: 'Bad period', status: 400, detail }
    return c.json(problem, 400, { 'content-type': 'application/problem+json' })
  })
  // A read that fails (a locked database) has changed nothing: the caller may ask again.
  app.onError(error =>
    Response.json(
      { type: 'about:blank', title: 'Service unavailable', status: 503, detail: error.message },
      { status: 503, headers: { 'content-type': 'application/problem+json' } },
    ),
  )
  host.listen(app)

  await consume(host, {
    groupId: 'analytics',
    topics: ['order.events'],
    handle(event) {
      if (event.type === 'OrderConfirmed') addFacts(event, +1)
      if (event.type === 'OrderCancelled' && OrderCancelled.parse(event.data).wasConfirmed)
        addFacts(event, -1)
    },
  })
}
