import { type Letter, letterOf, withReason } from '#exercises/13-out-of-order/dead-letter.ts'
import { readEvent, type SearchEvent } from '#exercises/13-out-of-order/events.ts'
import { serveProducts } from '#exercises/13-out-of-order/products.ts'
import type { Mistake } from '#simulator/explore/check.ts'
import type { Service } from '#simulator/service.ts'
import type { Envelope } from '#work/02-event-envelope/envelope.ts'

const TOPICS = ['product.events', 'order.events', 'retry.search']

export function keyOf({ data }: Envelope): string {
  return String(data.orderId ?? data.productId)
}

export const search: Service = async host => {
  const { db, kafka } = host
  serveProducts(host)
  db.exec(`
    CREATE TABLE IF NOT EXISTS counted (event_id TEXT, product_id TEXT, PRIMARY KEY (event_id, product_id)) WITHOUT ROWID;
  `)
  const save = db.prepare(`
    INSERT INTO products (id, version, name, category, unit_price_cents, discontinued)
    VALUES (@productId, @version, @name, @category, @unitPriceCents, @discontinued)
    ON CONFLICT DO UPDATE SET version = excluded.version, name = excluded.name, category = excluded.category,
      unit_price_cents = excluded.unit_price_cents, discontinued = excluded.discontinued
    WHERE excluded.version > version
  `)
  const isKnown = db.prepare('SELECT 1 FROM products WHERE id = ?')
  const addUnits = db.prepare('UPDATE products SET popularity = popularity + ? WHERE id = ?')
  const remember = db.prepare('INSERT INTO counted VALUES (?, ?) ON CONFLICT DO NOTHING')
  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId: 'search' })

  const apply = db.transaction(({ id, product, lines }: SearchEvent) => {
    if (product !== undefined) {
      save.run(product)
    }
    for (const { productId, units } of lines) {
      if (isKnown.get(productId) !== undefined) count(id, productId, units)
      else console.warn(`there is no product ${productId}`)
    }
  }).immediate

  function count(eventId: string, productId: string, units: number): void {
    if (remember.run(eventId, productId).changes === 1) addUnits.run(units, productId)
  }

  async function report(letter: Letter, reason: string): Promise<void> {
    await producer.send({ topic: 'dead.search', messages: [withReason(letter, reason)] })
  }

  await producer.connect()
  await consumer.connect()
  await consumer.subscribe({ topics: TOPICS, fromBeginning: true })
  await consumer.run({
    async eachMessage({ topic, partition, message }) {
      const letter = letterOf(topic, partition, message)
      const read = readEvent(message)
      if (read.event === undefined) await report(letter, read.unreadable)
      else apply(read.event)
    },
  })
}

export const mistake: Mistake = {
  outcome: 'lost',
  explanation: 'an event whose product is not known yet is dropped, and its offset is committed',
  hints: [
    'Two topics have no common order. What becomes of an order that is confirmed before you have heard of its product?',
    'You cannot count it yet, and nobody will send it again by himself. Whoever drops it decides that the product will never come.',
    'Keep it in a table, in the same transaction that would have counted it, and count it in the transaction in which the product arrives. What has been there for ten minutes goes to dead.search.',
  ],
}
