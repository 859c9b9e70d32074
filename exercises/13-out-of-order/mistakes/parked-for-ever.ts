import { type Letter, letterOf, withReason } from '#exercises/13-out-of-order/dead-letter.ts'
import { readEvent, type SearchEvent } from '#exercises/13-out-of-order/events.ts'
import { serveProducts } from '#exercises/13-out-of-order/products.ts'
import type { Mistake } from '#simulator/explore/check.ts'
import type { Service } from '#simulator/service.ts'
import type { Envelope } from '#work/02-event-envelope/envelope.ts'

const TOPICS = ['product.events', 'order.events', 'retry.search']

type Parked = { event_id: string; units: number; letter: string }

export function keyOf({ data }: Envelope): string {
  return String(data.orderId ?? data.productId)
}

export const search: Service = async host => {
  const { db, kafka } = host
  serveProducts(host)
  db.exec(`
    CREATE TABLE IF NOT EXISTS counted (event_id TEXT, product_id TEXT, PRIMARY KEY (event_id, product_id)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS parked (event_id TEXT, product_id TEXT, units INTEGER NOT NULL, since_ms INTEGER NOT NULL,
      letter TEXT NOT NULL, PRIMARY KEY (event_id, product_id)) WITHOUT ROWID;
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
  const park = db.prepare('INSERT INTO parked VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
  const unpark = db.prepare<[string], Parked>('DELETE FROM parked WHERE product_id = ? RETURNING *')
  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId: 'search' })

  const apply = db.transaction(({ id, product, lines }: SearchEvent, letter: Letter) => {
    if (product !== undefined) {
      save.run(product)
      for (const { event_id, units } of unpark.all(product.productId))
        count(event_id, product.productId, units)
    }
    for (const { productId, units } of lines) {
      if (isKnown.get(productId) !== undefined) count(id, productId, units)
      else park.run(id, productId, units, Date.now(), JSON.stringify(letter))
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
      else apply(read.event, letter)
    },
  })
}

export const mistake: Mistake = {
  outcome: 'lost',
  explanation:
    'what waits for its product waits for as long as it takes, and nobody is told when it takes too long',
  hints: [
    'A product was never listed, by mistake. How does anybody find out?',
    'A parking place without a deadline loses things more quietly than a crash. Somebody has to look at what has been there for too long, and the only one who knows is this service.',
    'Look into the table every now and then. What has been there for ten minutes goes to dead.search, and is deleted once Kafka has it.',
  ],
}
