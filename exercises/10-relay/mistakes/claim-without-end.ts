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
  const columns = db.pragma('table_info(outbox)') as { name: string }[]
  if (!columns.some(({ name }) => name === 'claimed')) {
    db.exec('ALTER TABLE outbox ADD COLUMN claimed INTEGER NOT NULL DEFAULT 0')
  }
  const claim = db.prepare<[number], Row>(`
    UPDATE outbox SET claimed = 1
    WHERE position IN (SELECT position FROM outbox WHERE sent_at IS NULL AND claimed = 0 ORDER BY position LIMIT ?)
    RETURNING *
  `)
  const markSent = db.prepare('UPDATE outbox SET sent_at = ? WHERE position = ?')
  const producer = kafka.producer()

  async function send({ id, topic, key, type, value }: Row): Promise<void> {
    await producer.send({ topic, messages: [{ key, value, headers: { id, type } }] })
  }

  async function relayBatch(): Promise<void> {
    const rows = claim.all(BATCH_SIZE).sort((a, b) => a.position - b.position)
    for (const row of rows) {
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
  outcome: 'stuck',
  explanation: 'a row that a relay has claimed belongs to it for ever, also when the relay has died',
  hints: [
    'A relay claims some rows and dies. Who sends them?',
    'The claim is in the database and outlives the process. Nobody but its owner takes these rows, and the owner does not come back, or not under the same name.',
    'Give a claim an end: claimed_until instead of claimed, and take what is past it. Better still, do without: sending twice is allowed.',
  ],
}
