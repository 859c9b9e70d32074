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
    // Nobody else may take these rows until they are ticked off.
    db.exec('BEGIN IMMEDIATE')
    try {
      for (const row of unsent.all(BATCH_SIZE)) {
        await send(row)
        markSent.run(Date.now(), row.position)
      }
      db.exec('COMMIT')
    } catch (error) {
      db.exec('ROLLBACK')
      throw error
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
  explanation:
    'a transaction is kept open while Kafka is being waited for, and orders cannot write meanwhile',
  hints: [
    'Kafka does not answer for half a minute. What can the order service do in that time?',
    'SQLite has one writer. Your transaction has the lock from its first write on, and it is open for as long as the send takes.',
    'No await between begin and commit: read, send outside any transaction, then tick off in a statement of its own. If the process dies in between, the events are sent again, and that is allowed.',
  ],
}
