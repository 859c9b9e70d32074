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
const BACK_OFF_MS = 5_000

export const relay: Service = async ({ kafka, db }) => {
  createOutbox(db)
  const columns = db.pragma('table_info(outbox)') as { name: string }[]
  if (!columns.some(({ name }) => name === 'not_before')) {
    db.exec('ALTER TABLE outbox ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0')
  }
  const due = db.prepare<[number, number], Row>(
    'SELECT * FROM outbox WHERE sent_at IS NULL AND not_before <= ? ORDER BY position LIMIT ?',
  )
  const postpone = db.prepare('UPDATE outbox SET not_before = ? WHERE position = ?')
  const markSent = db.prepare('UPDATE outbox SET sent_at = ? WHERE position = ?')
  const producer = kafka.producer()

  async function send({ id, topic, key, type, value }: Row): Promise<void> {
    await producer.send({ topic, messages: [{ key, value, headers: { id, type } }] })
  }

  async function relayBatch(): Promise<void> {
    for (const row of due.all(Date.now(), BATCH_SIZE)) {
      try {
        await send(row)
        markSent.run(Date.now(), row.position)
      } catch {
        postpone.run(Date.now() + BACK_OFF_MS, row.position)
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
