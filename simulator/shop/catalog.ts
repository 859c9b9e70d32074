/**
 * Catalog: the one writer of products. Each change counts the product's version up and says the whole product.
 */
import { Hono } from 'hono'
import { z } from 'zod'
import { createOutbox } from '#exercises/09-outbox/outbox.ts'
import type { Service } from '#simulator/service.ts'
import { type Cause, createEvent } from '#work/02-event-envelope/envelope.ts'
import { relay } from '#work/10-relay/relay.ts'
import { keyOf } from '#work/13-out-of-order/search.ts'
import { createIdempotency } from '#work/17-idempotency-keys/idempotency.ts'
import { answerProblems, readBody, readIdempotencyKey } from './problem.ts'
import { Id, ProductBody } from './requests.ts'
import { traceIdOf } from './trace-context.ts'

interface ProductRow {
  version: number
  /** JSON of a ProductBody. */
  data: string
}

export const catalog: Service = async host => {
  const { db } = host
  db.exec(
    'CREATE TABLE IF NOT EXISTS products (id TEXT PRIMARY KEY, version INTEGER NOT NULL, data TEXT NOT NULL)',
  )
  const outbox = createOutbox(db)
  const once = createIdempotency(db)
  const find = db.prepare<[string], ProductRow>('SELECT version, data FROM products WHERE id = ?')
  const save = db.prepare(
    'INSERT INTO products VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version, data = excluded.data',
  )

  function put(productId: string, body: ProductBody, cause: Cause) {
    const known = find.get(productId)
    const openingStock =
      known === undefined ? body.openingStock : (JSON.parse(known.data) as ProductBody).openingStock
    const product = { ...body, openingStock }
    const data = JSON.stringify(product)
    if (known?.data === data) return { status: 200, body: { productId, version: known.version } }
    const version = (known?.version ?? 0) + 1
    save.run(productId, version, data)
    const type = known === undefined ? 'ProductListed' : 'ProductChanged'
    const event = createEvent(type, { productId, version, ...product }, cause)
    outbox.add('product.events', keyOf(event), event)
    return { status: known === undefined ? 201 : 200, body: { productId, version } }
  }

  const app = new Hono()
  answerProblems(app)
  app.put('/products/:id', async c => {
    const { id: productId } = z.object({ id: Id }).parse({ id: c.req.param('id') })
    const key = readIdempotencyKey(c)
    const body = await readBody(c, ProductBody)
    const cause = { id: key, trace_id: traceIdOf(c.req.header('traceparent')), correlation_id: productId }
    // A PUT is repeatable by itself, but not after a later one: an old price sent again must not come back.
    const answer = once({ customer: '', method: 'PUT', route: `/products/${productId}`, key, body }, () =>
      put(productId, body, cause),
    )
    return Response.json(answer.body, { status: answer.status })
  })
  host.listen(app)
  await relay(host)
}
