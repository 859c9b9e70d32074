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
const MOST_ATTEMPTS = 2

export const relay: Service = async ({ kafka, db }) => {
  createOutbox(db)
  const columns = db.pragma('table_info(outbox)') as { name: string }[]
  if (!columns.some(({ name }) => name === 'attempts')) {
    db.exec('ALTER TABLE outbox ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0')
  }
  const unsent = db.prepare<[number], Row>(
    'SELECT * FROM outbox WHERE sent_at IS NULL ORDER BY position LIMIT ?',
  )
  const markSent = db.prepare('UPDATE outbox SET sent_at = ? WHERE position = ?')
  const countFailure = db
    .prepare<[number], number>(
      'UPDATE outbox SET attempts = attempts + 1 WHERE position = ? RETURNING attempts',
    )
    .pluck()
  const producer = kafka.producer()

  async function send({ id, topic, key, type, value }: Row): Promise<void> {
    await producer.send({ topic, messages: [{ key, value, headers: { id, type } }] })
  }

  async function relayBatch(): Promise<void> {
    for (const row of unsent.all(BATCH_SIZE)) {
      try {
        await send(row)
      } catch (error) {
        if (countFailure.get(row.position)! < MOST_ATTEMPTS) throw error
        console.error(`${row.id} was given up`, error)
      }
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
  outcome: 'lost',
  explanation: 'a row is ticked off after some failed attempts as if it had been sent',
  hints: [
    'Kafka is away for longer than your attempts last. What becomes of the events?',
    'After the last attempt the row is ticked off, or set aside where nobody looks. An outage is no fault of the event.',
    'An outage of Kafka is waited out: leave the row unsent and go on trying. Only an event that Kafka refuses by itself (one too large, say) needs somebody to look at it, and until then its key stands still.',
  ],
}
