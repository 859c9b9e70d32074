/**
 * Inventory: reserves stock for orders and counts weekly sales, once for each event however often it is delivered.
 */
import { Hono } from 'hono'
import type { KafkaMessage } from 'kafkajs'
import { z } from 'zod'
import type { Service } from '#simulator/service.ts'
import { dedupeKey, type Envelope, parseEvent } from '#work/02-event-envelope/envelope.ts'
import { upcast } from '#work/08-schema-evolution/upcast.ts'
import { relay } from '#work/10-relay/relay.ts'
import { readReorderCandidates, readWeeklySales } from './queries.ts'
import { createStock } from './stock.ts'

export const inventory: Service = async host => {
  const { db, kafka } = host
  const stock = createStock(db)
  db.exec('CREATE TABLE IF NOT EXISTS inbox (event_id TEXT PRIMARY KEY) WITHOUT ROWID')
  const remember = db.prepare('INSERT INTO inbox VALUES (?) ON CONFLICT DO NOTHING')

  // The event's id, its effect and the messages that follow from it are one transaction: all there, or none. The
  // unique id decides between two deliveries, also when they are handled at the same time by two processes.
  const applyOnce = db.transaction((event: Envelope) => {
    const effect = stock.effects[event.type]
    if (effect === undefined || remember.run(dedupeKey(event)).changes === 0) return
    effect(event)
  }).immediate

  const app = new Hono()
  app.get('/inventory/reorder-candidates', c => c.json(readReorderCandidates(db)))
  app.get('/inventory/weekly-sales', c => c.json(readWeeklySales(db)))
  // A read that fails (a locked database) has changed nothing: the caller may ask again.
  app.onError(error =>
    Response.json(
      { type: 'about:blank', title: 'Service unavailable', status: 503, detail: error.message },
      { status: 503, headers: { 'content-type': 'application/problem+json' } },
    ),
  )
  host.listen(app)
  await relay(host)

  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId: 'inventory' })
  await producer.connect()
  await consumer.connect()
  await consumer.subscribe({
    topics: ['order.events', 'product.events', 'retry.inventory'],
    fromBeginning: true,
  })
  await consumer.run({
    async eachMessage({ topic, partition, message }) {
      try {
        applyOnce(upcast(parseEvent(String(message.value))))
      } catch (error) {
        // Anything else will heal (a locked database, a full disk): KafkaJS brings the message again.
        if (!isUnreadable(error)) throw error
        const deadLetter = toDeadLetter(topic, partition, message, error)
        await producer.send({ topic: 'dead.inventory', messages: [deadLetter] })
      }
    },
  })
}

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
