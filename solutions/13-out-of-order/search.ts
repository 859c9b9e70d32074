/**
 * Search: a full-text index of products that comes out the same whatever order its events arrive in.
 */
import { Hono } from 'hono'
import type { KafkaMessage } from 'kafkajs'
import { z } from 'zod'
import type { Service } from '#simulator/service.ts'
import { type Envelope, parseEvent } from '#work/02-event-envelope/envelope.ts'
import { upcast } from '#work/08-schema-evolution/upcast.ts'
import { createProductIndex } from './product-index.ts'

export const search: Service = async host => {
  const { db, kafka } = host
  const index = createProductIndex(db)
  db.exec('CREATE TABLE IF NOT EXISTS inbox (event_id TEXT PRIMARY KEY) WITHOUT ROWID')
  const remember = db.prepare('INSERT INTO inbox VALUES (?) ON CONFLICT DO NOTHING')

  const apply = db.transaction((event: Envelope) => {
    switch (event.type) {
      // Guarded by its version, a product needs no inbox: the same or an older version changes nothing.
      case 'ProductListed':
      case 'ProductChanged':
        return index.save(Product.parse(event.data))
      // Counting does: a second delivery would count twice.
      case 'OrderConfirmed':
        if (remember.run(event.id).changes > 0) count(OrderConfirmed.parse(event.data), +1)
        return
      case 'OrderCancelled': {
        const cancelled = OrderCancelled.parse(event.data)
        if (cancelled.wasConfirmed && remember.run(event.id).changes > 0) count(cancelled, -1)
      }
    }
  }).immediate

  function count({ lines }: z.infer<typeof OrderConfirmed>, sign: 1 | -1) {
    for (const { productId, quantity } of lines) index.addUnits(productId, sign * quantity)
  }

  const app = new Hono()
  app.get('/search/products', c => c.json(index.find(c.req.query('q') ?? '')))
  // A read that fails (a locked database) has changed nothing: the caller may ask again.
  app.onError(error =>
    Response.json(
      { type: 'about:blank', title: 'Service unavailable', status: 503, detail: error.message },
      { status: 503, headers: { 'content-type': 'application/problem+json' } },
    ),
  )
  host.listen(app)

  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId: 'search' })
  await producer.connect()
  await consumer.connect()
  await consumer.subscribe({
    topics: ['product.events', 'order.events', 'retry.search'],
    fromBeginning: true,
  })
  await consumer.run({
    async eachMessage({ topic, partition, message }) {
      try {
        apply(upcast(parseEvent(String(message.value))))
      } catch (error) {
        if (!isUnreadable(error)) throw error
        const deadLetter = toDeadLetter(topic, partition, message, error)
        await producer.send({ topic: 'dead.search', messages: [deadLetter] })
      }
    },
  })
}

const Product = z.object({
  productId: z.string(),
  /** Counted up by the catalog, the one writer of products: a number, so that no clock decides what is newer. */
  version: z.int().positive(),
  name: z.string(),
  category: z.string(),
  unitPriceCents: z.int(),
  discontinued: z.boolean(),
})
const OrderConfirmed = z.object({
  lines: z.array(z.object({ productId: z.string(), quantity: z.int().positive() })),
})
const OrderCancelled = OrderConfirmed.extend({ wasConfirmed: z.boolean() })

function isUnreadable(error: unknown): error is Error {
  return error instanceof SyntaxError || error instanceof z.ZodError
}

/** With the place it was first published at, which it keeps when it comes back through the retry topic. */
function toDeadLetter(
  topic: string,
  partition: number,
  { key, value, headers, offset }: KafkaMessage,
  error: Error,
) {
  const origin = { 'origin-topic': topic, 'origin-partition': String(partition), 'origin-offset': offset }
  return { key, value, headers: { ...origin, ...headers, reason: error.message } }
}
