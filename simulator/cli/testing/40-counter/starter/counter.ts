/**
 * The starter of the tests’ exercise: it counts every delivery.
 */
import type { Service } from '#simulator/service.ts'

export const counter: Service = async ({ kafka, db }) => {
  db.exec(`
    CREATE TABLE IF NOT EXISTS counted (orders INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS inbox (event_id TEXT PRIMARY KEY);
    INSERT INTO counted SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM counted);
  `)
  const count = db.prepare('UPDATE counted SET orders = orders + 1')
  const consumer = kafka.consumer({ groupId: 'counter' })
  await consumer.connect()
  await consumer.subscribe({ topics: ['order.events'], fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const event = JSON.parse(String(message.value))
      if (event.type === 'OrderPlaced') count.run()
    },
  })
}
