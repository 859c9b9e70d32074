/**
 * The solution of the tests’ exercise: id and effect in one transaction.
 */
import type { Service } from '#simulator/service.ts'

export const counter: Service = async ({ kafka, db }) => {
  db.exec(`
    CREATE TABLE IF NOT EXISTS counted (orders INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS inbox (event_id TEXT PRIMARY KEY);
    INSERT INTO counted SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM counted);
  `)
  const count = db.prepare('UPDATE counted SET orders = orders + 1')
  const remember = db.prepare('INSERT INTO inbox VALUES (?) ON CONFLICT DO NOTHING')
  const countOnce = db.transaction((id: string) => {
    if (remember.run(id).changes === 1) count.run()
  })
  const consumer = kafka.consumer({ groupId: 'counter' })
  await consumer.connect()
  await consumer.subscribe({ topics: ['order.events'], fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      countOnce(JSON.parse(String(message.value)).id)
    },
  })
}
