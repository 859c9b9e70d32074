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
  const markAllSent = db.prepare('UPDATE outbox SET sent_at = ? WHERE sent_at IS NULL')
  const producer = kafka.producer()

  async function send({ id, topic, key, type, value }: Row): Promise<void> {
    await producer.send({ topic, messages: [{ key, value, headers: { id, type } }] })
  }

  async function relayBatch(): Promise<void> {
    const rows = unsent.all(BATCH_SIZE)
    if (rows.length === 0) return
    for (const row of rows) await send(row)
    markAllSent.run(Date.now())
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
    'everything unsent is ticked off after a send, also the rows that were written while it was under way',
  hints: [
    'orders writes an event while your send is under way. Have you sent it? What does the outbox say afterwards?',
    'Your UPDATE ticks off what is unsent at that moment. That is more than what you had read before the send.',
    'Tick off exactly the positions that you have sent: WHERE position = ?, or position IN (…).',
  ],
}
