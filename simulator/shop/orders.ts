/**
 * Orders: takes commands over HTTP and the results of payment and stock as events; its streams are the truth about orders.
 */
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { Command } from '#exercises/03-order-lifecycle/contract.ts'
import { orderTotalCents } from '#exercises/03-order-lifecycle/money.ts'
import type { Database, Service } from '#simulator/service.ts'
import type { Cause } from '#work/02-event-envelope/envelope.ts'
import { consume } from '#work/14-dead-letters/consume.ts'
import { createIdempotency } from '#work/17-idempotency-keys/idempotency.ts'
import { createOrderCommands, type Writer, writeVersion2 } from './execute.ts'
import { answerProblems, readBody, readIdempotencyKey } from './problem.ts'
import { problem } from './problem-details.ts'
import { PlaceOrderBody } from './requests.ts'
import { traceIdOf } from './trace-context.ts'

export const orders: Service = createOrders(writeVersion2)

export function createOrders(write: Writer): Service {
  return async host => {
    const { load, execute } = createOrderCommands(host, write)
    const once = createIdempotency(host.db)
    const nextNumber = createCounter(host.db)

    const app = new Hono()
    answerProblems(app)

    app.post('/orders', async c => {
      const key = readIdempotencyKey(c)
      const body = await readBody(c, PlaceOrderBody)
      const request = { customer: body.customerId, method: 'POST', route: '/orders', key, body }
      let stored: Promise<void> | undefined
      const answer = once(request, () => {
        const orderId = body.orderId ?? nextOrderId()
        const execution = execute(orderId, toPlaceOrder(orderId, body), causeOf(c, key, orderId))
        const { status, lines } = execution.order
        stored = execution.stored
        return { status: 201, body: { orderId, status, totalCents: orderTotalCents(lines) } }
      })
      await stored
      return Response.json(answer.body, { status: answer.status })
    })

    /** Counts on past ids that an import has taken. */
    function nextOrderId(): string {
      for (;;) {
        const orderId = `order-${nextNumber()}`
        if (load(orderId).status === 'none') return orderId
      }
    }

    // A repeated cancellation or shipment needs no stored answer: it decides on no events.
    const change = (command: Command) => async (c: Context<object, '/orders/:id/x'>) => {
      const orderId = c.req.param('id')
      const { order, stored } = execute(orderId, command, causeOf(c, readIdempotencyKey(c), orderId))
      await stored
      return c.json({ orderId, status: order.status })
    }
    app.post('/orders/:id/cancel', change({ type: 'CancelOrder' }))
    app.post('/orders/:id/ship', change({ type: 'ShipOrder' }))

    app.get('/orders/:id', c => {
      const order = load(c.req.param('id'))
      if (order.status === 'none') return problem({ status: 404, title: 'Unknown order' })
      return c.json({ ...order, totalCents: orderTotalCents(order.lines) })
    })

    host.listen(app)
    await consume(host, {
      groupId: 'orders',
      topics: ['payment.events', 'stock.events'],
      async handle(event) {
        const command = FACTS[event.type]
        if (command !== undefined) await execute(OrderFact.parse(event.data).orderId, command, event).stored
      },
    })
  }
}

/** What happened elsewhere, as commands to the order. Any order of arrival, and any number of times, will do. */
const FACTS: Record<string, Command | undefined> = {
  PaymentAuthorized: { type: 'RecordPayment', outcome: 'authorized' },
  PaymentDeclined: { type: 'RecordPayment', outcome: 'declined' },
  StockReserved: { type: 'RecordStock', outcome: 'reserved' },
  StockRejected: { type: 'RecordStock', outcome: 'rejected' },
}
const OrderFact = z.object({ orderId: z.string() })

/** A command is known by its idempotency key: however often it is sent, it is one command. */
function causeOf(c: Context, key: string, orderId: string): Cause {
  return { id: key, trace_id: traceIdOf(c.req.header('traceparent')), correlation_id: orderId }
}

function toPlaceOrder(orderId: string, { customerId, orderDate, lines }: PlaceOrderBody) {
  return {
    type: 'PlaceOrder' as const,
    orderId,
    customer: { id: customerId },
    orderDate: orderDate ?? new Date().toISOString().slice(0, 10),
    lines: lines.map(({ discount = 0, ...line }) => ({
      ...line,
      discountBasisPoints: Math.round(discount * 10_000),
    })),
  }
}

/** 1, 2, 3, …; a number taken in a transaction that is rolled back is given out again. */
function createCounter(db: Database): () => number {
  db.exec(
    'CREATE TABLE IF NOT EXISTS order_counter (id INTEGER PRIMARY KEY CHECK (id = 1), value INTEGER NOT NULL)',
  )
  const next = db.prepare<[], { value: number }>(
    'INSERT INTO order_counter VALUES (1, 1) ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value',
  )
  return () => next.get()?.value ?? 1
}
