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
      await send(row)
      markSent.run(Date.now(), row.position)
    }
  }

  await producer.connect()
  async function loop(): Promise<void> {
    await relayBatch()
    setTimeout(() => void loop().catch(report), POLL_EVERY_MS)
  }
  const report = (error: unknown) => console.error('the relay has failed', error)
  loop().catch(report)
}

export const mistake: Mistake = {
  outcome: 'stuck',
  explanation: 'the first error ends the loop, and the process goes on without it',
  hints: [
    'Kafka is away for a quarter of a minute. What does your relay do a minute later?',
    'The error leaves the function that would have set the next timer. The process lives, looks healthy and sends nothing any more.',
    'See to it that the next round comes whatever this one came to: set the timer in finally, or catch the error inside the round. Or let the error end the process: then it is started again.',
  ],
}
