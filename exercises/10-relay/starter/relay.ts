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

export const relay: Service = async ({ kafka, db }) => {
  createOutbox(db)
  // Ticks off what it takes, so that a second relay does not send it as well.
  const take = db.prepare<[number], Row>('UPDATE outbox SET sent_at = ? WHERE sent_at IS NULL RETURNING *')
  const producer = kafka.producer()

  async function send({ id, topic, key, type, value }: Row): Promise<void> {
    await producer.send({ topic, messages: [{ key, value, headers: { id, type } }] })
  }

  // Your turn: the process may die between any two lines, Kafka may be away for days, and there may be two relays.
  async function relayBatch(): Promise<void> {
    for (const row of take.all(Date.now())) {
      try {
        await send(row)
      } catch {
        // One event that fails must not keep the others waiting.
      }
    }
  }

  await producer.connect()
  async function loop(): Promise<void> {
    await relayBatch()
    setTimeout(loop, POLL_EVERY_MS)
  }
  setTimeout(loop, 0)
}
