/**
 * A mistake in the tests’ exercise: it counts every delivery.
 */
import type { Mistake } from '#simulator/explore/check.ts'
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

export const mistake: Mistake = {
  outcome: 'doubled',
  explanation: 'every delivery counts, also the second one of the same event',
  hints: ['What happens to the second delivery?', 'Every event has an id.', 'Keep the ids in a table.'],
}
