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
    CREATE TABLE IF NOT EXISTS inbox (event_id TEXT NOT NULL PRIMARY KEY);
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
  const remember = db.prepare('INSERT INTO inbox VALUES (?) ON CONFLICT DO NOTHING')
  const park = db.prepare('INSERT INTO parked VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
  const unpark = db.prepare<[string], Parked>('DELETE FROM parked WHERE product_id = ? RETURNING *')
  const overdue = db.prepare<[number], Parked>('SELECT * FROM parked WHERE since_ms <= ? GROUP BY event_id')
  const giveUp = db.prepare('DELETE FROM parked WHERE event_id = ?')
  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId: 'search' })

  const apply = db.transaction(({ id, product, lines }: SearchEvent, letter: Letter) => {
    if (product !== undefined) {
      save.run(product)
      for (const { units } of unpark.all(product.productId)) addUnits.run(units, product.productId)
    }
    if (lines.length > 0 && remember.run(id).changes === 0) return
    for (const { productId, units } of lines) {
      if (isKnown.get(productId) !== undefined) addUnits.run(units, productId)
      else park.run(id, productId, units, Date.now(), JSON.stringify(letter))
    }
  }).immediate

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
  outcome: 'lost',
  explanation:
    'an event that was given up counts as handled, so that it is ignored when somebody sends it again',
  hints: [
    'Somebody finds the letter, lists the product, and sends the event again. What do you do with it?',
    'Its id is among those you have seen. But you have not counted it: you have put it aside, and then given it up.',
    'Remember what was counted, not what was seen: a row for each event and product, inserted where the units are added. What was given up has none, and counts when it comes back.',
  ],
}
