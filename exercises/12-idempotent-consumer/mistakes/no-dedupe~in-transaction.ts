import type { Service } from '#simulator/service.ts'

interface Line {
  productId: string
  quantity: number
}

type Event = { id: string; trace_id: string } & (
  | { type: 'GoodsReceived'; data: Line }
  | { type: 'OrderPlaced'; data: { orderId: string; week: string; lines: Line[] } }
)

export const inventory: Service = async ({ kafka, db }) => {
  db.exec(`
    CREATE TABLE IF NOT EXISTS stock (product_id TEXT PRIMARY KEY, units INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS weekly_sales (product_id TEXT, week TEXT, units INTEGER NOT NULL, PRIMARY KEY (product_id, week));
  `)
  const addStock = db.prepare(
    'INSERT INTO stock VALUES (?, ?) ON CONFLICT DO UPDATE SET units = units + excluded.units',
  )
  const addSales = db.prepare(
    'INSERT INTO weekly_sales VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET units = units + excluded.units',
  )
  const applyAtOnce = db.transaction(apply)
  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId: 'inventory' })

  function apply({ type, data }: Event): void {
    if (type === 'GoodsReceived') {
      addStock.run(data.productId, data.quantity)
    } else {
      for (const { productId, quantity } of data.lines) {
        addStock.run(productId, -quantity)
        addSales.run(productId, data.week, quantity)
      }
    }
  }

  async function answer({ id, type, trace_id, data }: Event): Promise<void> {
    if (type !== 'OrderPlaced') return
    const { orderId } = data
    const envelope = { id: `${id}/reserved`, version: 1, time: new Date().toISOString(), trace_id }
    const value = JSON.stringify({ ...envelope, type: 'StockReserved', data: { orderId } })
    await producer.send({ topic: 'reservation.events', messages: [{ key: orderId, value }] })
  }

  await producer.connect()
  await consumer.connect()
  await consumer.subscribe({ topics: ['warehouse.events', 'sales.events'], fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const event: Event = JSON.parse(String(message.value))
      applyAtOnce(event)
      await answer(event)
    },
  })
}
