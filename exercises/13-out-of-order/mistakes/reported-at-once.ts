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
    const unknown: string[] = []
    if (product !== undefined) {
      save.run(product)
    }
    for (const { productId, units } of lines) {
      if (isKnown.get(productId) !== undefined) count(id, productId, units)
      else unknown.push(productId)
    }
    return unknown
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
      else {
        const unknown = apply(read.event)
        if (unknown.length > 0) await report(letter, `there is no product ${unknown.join(' or ')}`)
      }
    },
  })
}

export const mistake: Mistake = {
  outcome: 'leaked',
  explanation: 'what comes before its product is reported at once, though the product is only a little late',
  hints: [
    'Which of the letters in dead.search concern events with which something is really wrong?',
    'An order that overtakes its product is an everyday matter with two topics. If each of them needs a person, nobody will look at the one that matters.',
    'Let it wait in a table first, and count it when the product comes. Report only what has been there for ten minutes.',
  ],
}
