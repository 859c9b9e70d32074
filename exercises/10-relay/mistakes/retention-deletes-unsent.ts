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
const KEEP_FOR_MS = 7 * 86_400_000

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
    // Whatever failed is still unsent: the next round tries again.
    await relayBatch().catch(() => {})
    deleteOld.run(new Date(Date.now() - KEEP_FOR_MS).toISOString())
    setTimeout(loop, POLL_EVERY_MS)
  }
  setTimeout(loop, 0)
}

export const mistake: Mistake = {
  outcome: 'lost',
  explanation:
    'the clean-up goes by the age of an event and not by whether the broker has it, so that what had to wait too long is deleted unsent',
  hints: [
    'Kafka is away, and the events in the outbox get older. What does your clean-up do with them?',
    'It deletes by age alone. Age says nothing about whether an event was sent; some are old when they are written.',
    'Delete only what has sent_at, and go by that: WHERE sent_at < ?. Or leave the rows and clear their value.',
  ],
}
