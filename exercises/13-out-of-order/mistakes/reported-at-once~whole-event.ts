import { type Letter, letterOf, withReason } from '#exercises/13-out-of-order/dead-letter.ts'
import { readEvent, type SearchEvent } from '#exercises/13-out-of-order/events.ts'
import { serveProducts } from '#exercises/13-out-of-order/products.ts'
import type { Service } from '#simulator/service.ts'
import type { Envelope } from '#work/02-event-envelope/envelope.ts'

const TOPICS = ['product.events', 'order.events', 'retry.search']

export function keyOf({ data }: Envelope): string {
  return String(data.orderId ?? data.productId)
}

export const search: Service = async host => {
  const { db, kafka } = host
  serveProducts(host)
  const save = db.prepare(`
    INSERT INTO products (id, version, name, category, unit_price_cents, discontinued)
    VALUES (@productId, @version, @name, @category, @unitPriceCents, @discontinued)
    ON CONFLICT DO UPDATE SET version = excluded.version, name = excluded.name, category = excluded.category,
      unit_price_cents = excluded.unit_price_cents, discontinued = excluded.discontinued
    WHERE excluded.version > version
  `)
  const isKnown = db.prepare('SELECT 1 FROM products WHERE id = ?')
  const addUnits = db.prepare('UPDATE products SET popularity = popularity + ? WHERE id = ?')
  db.exec('CREATE TABLE IF NOT EXISTS inbox (event_id TEXT NOT NULL PRIMARY KEY)')
  const remember = db.prepare('INSERT INTO inbox VALUES (?) ON CONFLICT DO NOTHING')
  const countOnce = db.transaction(({ id, lines }: SearchEvent) => {
    if (remember.run(id).changes === 0) return
    for (const { productId, units } of lines) addUnits.run(units, productId)
  }).immediate
  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId: 'search' })

  async function apply(event: SearchEvent, letter: Letter): Promise<void> {
    const { product, lines } = event
    if (product !== undefined) save.run(product)
    const unknown = lines.find(({ productId }) => isKnown.get(productId) === undefined)
    if (unknown !== undefined) return report(letter, `there is no product ${unknown.productId}`)
    countOnce(event)
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
      else await apply(read.event, letter)
    },
  })
}
