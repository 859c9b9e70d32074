import type { Service } from '#simulator/service.ts'

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
  const producer = kafka.producer()
  await producer.connect()
  const consumer = kafka.consumer({ groupId: 'inventory' })
  await consumer.connect()
  await consumer.subscribe({ topics: ['order.events', 'warehouse.events'], fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const event = JSON.parse(String(message.value))
      if (event.type === 'GoodsReceived') addStock.run(event.data.productId, event.data.quantity)
      if (event.type === 'OrderPlaced') {
        for (const { productId, quantity } of event.data.lines) {
          addStock.run(productId, -quantity)
          addSales.run(productId, event.data.week, quantity)
        }
        await producer.send({
          topic: 'stock.events',
          messages: [
            {
              key: event.data.orderId,
              value: JSON.stringify({
                id: `${event.id}/reserved`,
                type: 'StockReserved',
                data: { orderId: event.data.orderId },
              }),
            },
          ],
        })
      }
    },
  })
}
