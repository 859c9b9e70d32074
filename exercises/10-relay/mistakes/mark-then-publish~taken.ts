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

  async function relayBatch(): Promise<void> {
    const rows = take.all(Date.now()).sort((a, b) => a.position - b.position)
    for (const row of rows) await send(row)
  }

  await producer.connect()
  async function loop(): Promise<void> {
    // Whatever failed is still unsent: the next round tries again.
    await relayBatch().catch(() => {})
    setTimeout(loop, POLL_EVERY_MS)
  }
  setTimeout(loop, 0)
}
