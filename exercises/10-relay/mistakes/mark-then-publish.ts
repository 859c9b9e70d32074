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
      markSent.run(Date.now(), row.position)
      await send(row)
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
  explanation:
    'a row counts as sent before the broker has confirmed it, so that an event is lost when the process dies or the send fails in between',
  hints: [
    'Suppose the process dies, or Kafka does not answer, in the middle of your loop. What does the outbox say about the events that were just on their way?',
    'Whatever has sent_at is never looked at again. You set it at a moment when the broker may not have the event yet: before the send, or without waiting for its promise, or although it was rejected.',
    'First await producer.send(…), with the default acks; only when it has resolved set sent_at of exactly those rows. If it rejects, leave them as they are: the next round finds them again.',
  ],
}
