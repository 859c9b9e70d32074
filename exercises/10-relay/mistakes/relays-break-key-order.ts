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
const BATCH_SIZE = 10
const LEASE_MS = 30_000

export const relay: Service = async ({ kafka, db }) => {
  createOutbox(db)
  const columns = db.pragma('table_info(outbox)') as { name: string }[]
  if (!columns.some(({ name }) => name === 'claimed_until')) {
    db.exec('ALTER TABLE outbox ADD COLUMN claimed_until INTEGER NOT NULL DEFAULT 0')
  }
  const claim = db.prepare<{ now: number; until: number }, Row>(`
    UPDATE outbox SET claimed_until = @until
    WHERE position IN (
      SELECT position FROM outbox WHERE sent_at IS NULL AND claimed_until < @now ORDER BY position LIMIT ${BATCH_SIZE}
    )
    RETURNING *
  `)
  const markSent = db.prepare('UPDATE outbox SET sent_at = ? WHERE position = ?')
  const producer = kafka.producer()

  async function send({ id, topic, key, type, value }: Row): Promise<void> {
    await producer.send({ topic, messages: [{ key, value, headers: { id, type } }] })
  }

  async function relayBatch(): Promise<void> {
    const now = Date.now()
    const rows = claim.all({ now, until: now + LEASE_MS }).sort((a, b) => a.position - b.position)
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
  outcome: 'reordered',
  explanation:
    'each relay claims rows of its own and sends them when it can, so that a later event of a key may overtake an earlier one in the other relay’s hands',
  hints: [
    'Let one relay take the first event of an order and then be slow. What does the other relay do with the second event of that order?',
    'A claim keeps a row from being sent twice. It does nothing for the order: rows of one key are shared out between two relays, and neither waits for the other.',
    'Sending twice is allowed, overtaking is not. Either let every relay begin with the lowest unsent row and share nothing, or share out keys instead of rows (a lease per key, or one for the whole outbox), with an end.',
  ],
}
