/**
 * A relay as simple as it can be: sends what is in the outbox, in order and at least once.
 */
import type { Service } from '#simulator/service.ts'
import { OUTBOX_TABLE } from './outbox-table.ts'

interface Row {
  position: number
  topic: string
  key: string
  value: string
}

const POLL_EVERY_MS = 2_000

export const simpleRelay: Service = async ({ kafka, db }) => {
  db.exec(OUTBOX_TABLE)
  const unsent = db.prepare<[], Row>(
    'SELECT position, topic, key, value FROM outbox WHERE sent_at IS NULL ORDER BY position LIMIT 100',
  )
  // What was sent is in the topic; the row stays to say so, its content need not.
  const markSent = db.prepare(
    "UPDATE outbox SET sent_at = ?, value = '' WHERE position IN (SELECT value FROM json_each(?))",
  )
  const producer = kafka.producer()

  const relayAll = async () => {
    const rows = unsent.all()
    if (rows.length === 0) return
    await producer.connect()
    await producer.sendBatch({
      topicMessages: rows.map(({ topic, key, value }) => ({ topic, messages: [{ key, value }] })),
    })
    markSent.run(Date.now(), JSON.stringify(rows.map(({ position }) => position)))
  }
  const loop = async () => {
    // Whatever failed, the rows are still unsent: the next round begins with the first of them.
    await relayAll().catch(() => {})
    setTimeout(loop, POLL_EVERY_MS)
  }
  setTimeout(loop, 0)
}
