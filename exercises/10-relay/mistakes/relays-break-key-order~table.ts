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
const BATCH_SIZE = 50
const LEASE_MS = 60_000

export const relay: Service = async ({ kafka, db }) => {
  createOutbox(db)
  db.exec('CREATE TABLE IF NOT EXISTS outbox_claim (position INTEGER PRIMARY KEY, until INTEGER NOT NULL)')
  const free = db.prepare<[number, number], Row>(`
    SELECT * FROM outbox
    WHERE sent_at IS NULL AND position NOT IN (SELECT position FROM outbox_claim WHERE until > ?)
    ORDER BY position LIMIT ?
  `)
  const claim = db.prepare(
    'INSERT INTO outbox_claim VALUES (?, ?) ON CONFLICT DO UPDATE SET until = excluded.until',
  )
  const claimBatch = db.transaction((now: number): Row[] => {
    const rows = free.all(now, BATCH_SIZE)
    for (const { position } of rows) claim.run(position, now + LEASE_MS)
    return rows
  }).immediate
  const markSent = db.prepare('UPDATE outbox SET sent_at = ? WHERE position = ?')
  const producer = kafka.producer()

  async function send({ id, topic, key, type, value }: Row): Promise<void> {
    await producer.send({ topic, messages: [{ key, value, headers: { id, type } }] })
  }

  async function relayBatch(): Promise<void> {
    for (const row of claimBatch(Date.now())) {
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
