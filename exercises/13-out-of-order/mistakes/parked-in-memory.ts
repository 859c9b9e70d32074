import { type Letter, letterOf, withReason } from '#exercises/13-out-of-order/dead-letter.ts'
import { readEvent, type SearchEvent } from '#exercises/13-out-of-order/events.ts'
import { serveProducts } from '#exercises/13-out-of-order/products.ts'
import type { Mistake } from '#simulator/explore/check.ts'
import type { Service } from '#simulator/service.ts'
import type { Envelope } from '#work/02-event-envelope/envelope.ts'

const TOPICS = ['product.events', 'order.events', 'retry.search']
const DEADLINE_MS = 10 * 60_000
const LOOK_EVERY_MS = 2_000

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
  const parked: { eventId: string; productId: string; units: number; sinceMs: number; letter: Letter }[] = []
  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId: 'search' })

  const apply = db.transaction(({ id, product, lines }: SearchEvent, letter: Letter) => {
    if (product !== undefined) {
      save.run(product)
      for (const { eventId, productId, units } of takeOut(it => it.productId === product.productId))
        count(eventId, productId, units)
    }
    for (const { productId, units } of lines) {
      if (isKnown.get(productId) !== undefined) count(id, productId, units)
      else parked.push({ eventId: id, productId, units, sinceMs: Date.now(), letter })
    }
  }).immediate

  function takeOut(matches: (it: (typeof parked)[number]) => boolean) {
    const taken = parked.filter(matches)
    parked.splice(0, parked.length, ...parked.filter(it => !matches(it)))
    return taken
  }

  function count(eventId: string, productId: string, units: number): void {
    if (remember.run(eventId, productId).changes === 1) addUnits.run(units, productId)
  }

  async function report(letter: Letter, reason: string): Promise<void> {
    await producer.send({ topic: 'dead.search', messages: [withReason(letter, reason)] })
  }

  async function reportOverdue(): Promise<void> {
    const overdue = parked.filter(({ sinceMs }) => sinceMs <= Date.now() - DEADLINE_MS)
    for (const { eventId, letter } of overdue) {
      await report(letter, 'its product has not become known')
      takeOut(it => it.eventId === eventId)
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
    'what waits for its product waits in memory, and a restart forgets it after its offset was committed',
  hints: [
    'The process is started again while three orders wait for a product. Where are they now?',
    'Kafka will not bring them again: their offsets are committed, as they have been handled. Only the database is left to know of them.',
    'Park them in a table, in the transaction that would have counted them. Then they are there before the offset is committed.',
  ],
}
