import { type Letter, letterOf, withReason } from '#exercises/13-out-of-order/dead-letter.ts'
import { readEvent, type SearchEvent } from '#exercises/13-out-of-order/events.ts'
import { serveProducts } from '#exercises/13-out-of-order/products.ts'
import type { Mistake } from '#simulator/explore/check.ts'
import type { Service } from '#simulator/service.ts'
import type { Envelope } from '#work/02-event-envelope/envelope.ts'

const TOPICS = ['product.events', 'order.events', 'retry.search']
const DEADLINE_MS = 10 * 60_000
const LOOK_EVERY_MS = 2_000

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
  `)
  const findVersion = db.prepare<[string], { version: number }>('SELECT version FROM products WHERE id = ?')
  const isKnown = db.prepare('SELECT 1 FROM products WHERE id = ?')
  const addUnits = db.prepare('UPDATE products SET popularity = popularity + ? WHERE id = ?')
  const remember = db.prepare('INSERT INTO counted VALUES (?, ?) ON CONFLICT DO NOTHING')
  const park = db.prepare('INSERT INTO parked VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
  const unpark = db.prepare<[string], Parked>('DELETE FROM parked WHERE product_id = ? RETURNING *')
  const overdue = db.prepare<[number], Parked>('SELECT * FROM parked WHERE since_ms <= ? GROUP BY event_id')
  const giveUp = db.prepare('DELETE FROM parked WHERE event_id = ?')
  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId: 'search' })

  const apply = db.transaction(({ id, product, lines }: SearchEvent, letter: Letter) => {
    if (product !== undefined) {
      const known = findVersion.get(product.productId)
      if (known !== undefined && product.version !== known.version + 1)
        throw new Error(
          `expected version ${known.version + 1} of ${product.productId}, got ${product.version}`,
        )
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

  async function reportOverdue(): Promise<void> {
    for (const { event_id, letter } of overdue.all(Date.now() - DEADLINE_MS)) {
      await report(JSON.parse(letter), 'its product has not become known')
      giveUp.run(event_id)
    }
  }

  async function keepLooking(): Promise<void> {
    await reportOverdue().catch(() => {})
    setTimeout(keepLooking, LOOK_EVERY_MS)
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
  await keepLooking()
}

export const mistake: Mistake = {
  outcome: 'stuck',
  explanation:
    'anything but the very next version is thrown back to Kafka, which brings it again and again, and the partition stands still',
  hints: [
    'Version 9 is delivered a second time. For how long will you throw it back?',
    'A version that you have already will never become the next one, and one that is missing may never come. Behind either the whole partition waits, with all the products in it.',
    'What is not newer has been dealt with: ignore it. What is newer says the whole product: take it, whether or not there is one in between.',
  ],
}
