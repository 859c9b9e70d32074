/**
 * A mistake in the tests’ exercise: it remembers ids as long as its process lives.
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
  const seen = new Set<string>()
  const consumer = kafka.consumer({ groupId: 'counter' })
  await consumer.connect()
  await consumer.subscribe({ topics: ['order.events'], fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const { id } = JSON.parse(String(message.value))
      if (seen.has(id)) return
      seen.add(id)
      count.run()
    },
  })
}

export const mistake: Mistake = {
  outcome: 'doubled',
  explanation: 'the ids are forgotten when the process dies',
  hints: ['What does a new process know?', 'Memory ends with the process.', 'Keep the ids in a table.'],
}
