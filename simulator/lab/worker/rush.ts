/**
 * A scenario with many messages and little else: a shop front that announces sales, and a service that counts them by product.
 * It shows what the page can bear, and what a consumer that was away has to catch up with.
 */
import type { Scenario } from '#simulator/scenario/scenario.ts'
import type { Service } from '#simulator/service.ts'

const TOPIC = 'sales.events'
const PRODUCTS = ['chai', 'chang', 'aniseed-syrup', 'tofu', 'konbu', 'ikura'] as const
const PER_SEND = 100
const BETWEEN_SENDS_MS = 500

export function createRush(messages: number): Scenario {
  return {
    name: 'rush',
    topics: [{ topic: TOPIC, partitions: 3 }],
    services: [
      { name: 'front', service: front(messages) },
      { name: 'sales', service: sales },
    ],
    parties: {},
    workload: async () => {},
    guarantees: [
      {
        name: 'sales-are-right',
        promise: 'Every sale that was announced is counted once.',
        kind: 'eventually',
        judge(evidence) {
          let announced = 0
          for (const _ of evidence.messages(TOPIC)) announced++
          const counted = evidence.database('sales').prepare('SELECT sum(sold) FROM sales').pluck().get()
          if (Number(counted ?? 0) === announced) return []
          const outcome = Number(counted ?? 0) < announced ? ('lost' as const) : ('doubled' as const)
          return [
            { outcome, message: `${announced} sales were announced and ${Number(counted ?? 0)} counted` },
          ]
        },
      },
    ],
  }
}

/** Announces sales in batches; what it has sent it remembers, so that it goes on where it was after a crash. */
function front(messages: number): Service {
  return async ({ db, kafka }) => {
    db.exec('CREATE TABLE IF NOT EXISTS announced (number INTEGER PRIMARY KEY)')
    const last = db.prepare<[], number>('SELECT coalesce(max(number), 0) FROM announced').pluck()
    const mark = db.prepare('INSERT INTO announced VALUES (?)')
    const producer = kafka.producer()
    await producer.connect()
    const announce = async () => {
      const from = last.get()!
      const upTo = Math.min(messages, from + PER_SEND)
      const batch = Array.from({ length: upTo - from }, (_, index) => {
        const key = PRODUCTS[(from + index) % PRODUCTS.length]!
        const id = `sale-${from + index + 1}`
        return { key, value: JSON.stringify({ id, type: 'ItemSold', data: { product: key } }) }
      })
      await producer.send({ topic: TOPIC, messages: batch })
      mark.run(upTo)
      if (upTo < messages) setTimeout(() => void attempt(), BETWEEN_SENDS_MS)
    }
    const attempt = () => announce().catch(() => setTimeout(() => void attempt(), BETWEEN_SENDS_MS))
    if (last.get()! < messages) void attempt()
  }
}

/** Counts a batch in one transaction, with the offset it has come to, so that a redelivered sale is not counted again. */
const sales: Service = async ({ db, kafka }) => {
  db.exec(`
    CREATE TABLE IF NOT EXISTS sales (product TEXT PRIMARY KEY, sold INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS seen (sale TEXT PRIMARY KEY) WITHOUT ROWID;
  `)
  const remember = db.prepare('INSERT INTO seen VALUES (?) ON CONFLICT DO NOTHING')
  const add = db.prepare(
    'INSERT INTO sales VALUES (?, ?) ON CONFLICT DO UPDATE SET sold = sold + excluded.sold',
  )
  const count = db.transaction((values: readonly (Buffer | null)[]) => {
    const sold = new Map<string, number>()
    for (const value of values) {
      const { id, data } = JSON.parse(String(value)) as { id: string; data: { product: string } }
      if (remember.run(id).changes === 0) continue
      sold.set(data.product, (sold.get(data.product) ?? 0) + 1)
    }
    for (const [product, number] of sold) add.run(product, number)
  })
  const consumer = kafka.consumer({ groupId: 'sales' })
  await consumer.connect()
  await consumer.subscribe({ topics: [TOPIC], fromBeginning: true })
  await consumer.run({
    eachBatch: async ({ batch }) => {
      count(batch.messages.map(({ value }) => value))
    },
  })
}
