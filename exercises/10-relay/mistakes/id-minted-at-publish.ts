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

  async function send({ topic, key, type, value }: Row): Promise<void> {
    const id = crypto.randomUUID()
    const envelope = { ...JSON.parse(value), id }
    await producer.send({
      topic,
      messages: [{ key, value: JSON.stringify(envelope), headers: { id, type } }],
    })
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
    setTimeout(loop, POLL_EVERY_MS)
  }
  setTimeout(loop, 0)
}

export const mistake: Mistake = {
  outcome: 'doubled',
  explanation:
    'the id of an event is made when it is sent, so that its repetition has another one and counts as news',
  hints: [
    'Send the same row twice, as every relay does now and then. How does a consumer that remembers ids know that it has seen the event before?',
    'The row has an id, given to the event when it was recorded. What you send carries another, made for this attempt.',
    'Send value as it is, and id and type of the row as headers. A relay carries events; it makes none.',
  ],
}
