import { createOutbox } from '#exercises/09-outbox/outbox.ts'
import type { Mistake } from '#simulator/explore/check.ts'
import type { Service } from '#simulator/service.ts'

interface Row {
  position: number
  id: string
  topic: string
  key: string
  type: string
  value: string
}

const POLL_EVERY_MS = 500
const BATCH_SIZE = 100

export const relay: Service = async ({ kafka, db }) => {
  createOutbox(db)
  const unsent = db.prepare<[number], Row>(
    'SELECT * FROM outbox WHERE sent_at IS NULL ORDER BY position LIMIT ?',
  )
  const markSent = db.prepare('UPDATE outbox SET sent_at = ? WHERE position = ?')
  const producer = kafka.producer()

  async function send({ id, topic, key, type, value }: Row): Promise<void> {
    await producer.send({ topic, messages: [{ key, value, headers: { id, type } }] })
  }

  async function relayBatch(): Promise<void> {
    for (const row of unsent.all(BATCH_SIZE)) {
      try {
        await send(row)
        markSent.run(Date.now(), row.position)
      } catch {
        // One event that fails must not keep the others waiting.
      }
    }
  }

  await producer.connect()
  async function loop(): Promise<void> {
    // Whatever failed is still unsent: the next round tries again.
    await relayBatch().catch(() => {})
    setTimeout(loop, POLL_EVERY_MS)
  }
  setTimeout(loop, 0)
}

export const mistake: Mistake = {
  outcome: 'reordered',
  explanation: 'a row that fails is sent again later, when the next rows of its key have already gone out',
  hints: [
    'Kafka refuses the first event of an order and takes the second. In which order does everybody else read them?',
    'After a failure the next row goes out all the same: because the loop goes on with it, or because it was already on its way (Promise.all), when KafkaJS begins to retry the first. With idempotent: true it is no different.',
    'Await each send before the next one of the same key, and when one fails, end the round or leave out all further rows of that key. Or hand the rows of a topic over in one send: what is in one batch for a partition stays in its order.',
  ],
}
