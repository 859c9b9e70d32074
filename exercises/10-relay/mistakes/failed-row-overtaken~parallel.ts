import { createOutbox } from '#exercises/09-outbox/outbox.ts'
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
    await Promise.all(
      unsent.all(BATCH_SIZE).map(async row => {
        await send(row)
        markSent.run(Date.now(), row.position)
      }),
    )
  }

  await producer.connect()
  async function loop(): Promise<void> {
    // Whatever failed is still unsent: the next round tries again.
    await relayBatch().catch(() => {})
    setTimeout(loop, POLL_EVERY_MS)
  }
  setTimeout(loop, 0)
}
