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
  const after = db.prepare<[number, number], Row>(
    'SELECT * FROM outbox WHERE position > ? AND sent_at IS NULL ORDER BY position LIMIT ?',
  )
  const markSent = db.prepare('UPDATE outbox SET sent_at = ? WHERE position = ?')
  const producer = kafka.producer()

  async function send({ id, topic, key, type, value }: Row): Promise<void> {
    await producer.send({ topic, messages: [{ key, value, headers: { id, type } }] })
  }
  let position = 0

  async function relayBatch(): Promise<void> {
    for (const row of after.all(position, BATCH_SIZE)) {
      position = row.position
      await send(row)
      markSent.run(Date.now(), row.position)
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
  outcome: 'stuck',
  explanation: 'a position in memory moves past rows that were not sent, and they are never looked at again',
  hints: [
    'A send fails, or another process holds up the tick. From which row does your next round go on?',
    'The position has moved on with what was read, not with what was confirmed. Rows behind it wait in the outbox for ever.',
    'Ask the table, not a variable: WHERE sent_at IS NULL ORDER BY position. If you keep a position, move it only after the broker has confirmed.',
  ],
}
