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
  const unsent = db.prepare<[number], Row>('SELECT * FROM outbox WHERE sent_at IS NULL LIMIT ?')
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
    // Whatever failed is still unsent: the next round tries again.
    await relayBatch().catch(() => {})
    setTimeout(loop, POLL_EVERY_MS)
  }
  setTimeout(loop, 0)
}

export const mistake: Mistake = {
  outcome: 'reordered',
  explanation: 'rows are not read in the order of their positions',
  hints: [
    'In which order does SQLite return the rows of your query? Where does it promise that?',
    'Without ORDER BY a database may return rows as it likes; the check has SQLite return them in reverse. Times and ids do not sort as things happened either: the clocks of two machines differ.',
    'ORDER BY position. Also after UPDATE … RETURNING: its rows come in no promised order, so sort them.',
  ],
}
