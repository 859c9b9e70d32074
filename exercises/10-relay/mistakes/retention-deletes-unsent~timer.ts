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
const KEEP_FOR_MS = 30 * 86_400_000
const CLEAN_UP_EVERY_MS = 5_000

export const relay: Service = async ({ kafka, db }) => {
  createOutbox(db)
  const unsent = db.prepare<[number], Row>(
    'SELECT * FROM outbox WHERE sent_at IS NULL ORDER BY position LIMIT ?',
  )
  const markSent = db.prepare('UPDATE outbox SET sent_at = ? WHERE position = ?')
  const deleteOld = db.prepare("DELETE FROM outbox WHERE json_extract(value, '$.time') < ?")
  const producer = kafka.producer()

  async function send({ id, topic, key, type, value }: Row): Promise<void> {
    await producer.send({ topic, messages: [{ key, value, headers: { id, type } }] })
  }

  async function relayBatch(): Promise<void> {
    for (const row of unsent.all(BATCH_SIZE)) {
      await send(row)
      markSent.run(Date.now(), row.position)
    }
  }

  await producer.connect()
  async function loop(): Promise<void> {
    await relayBatch()
    setTimeout(loop, POLL_EVERY_MS)
  }
  setTimeout(loop, 0)
  setInterval(() => deleteOld.run(new Date(Date.now() - KEEP_FOR_MS).toISOString()), CLEAN_UP_EVERY_MS)
}
