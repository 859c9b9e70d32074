import type { Producer } from 'kafkajs'
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

const POLL_EVERY_MS = 200
const RETRY_AFTER_MS = 1_000
const BATCH_SIZE = 100

export const relay: Service = async ({ kafka, db }) => {
  createOutbox(db)
  // Every relay starts at the lowest unsent row and has one batch on its way. So an event is never sent for the
  // first time before an earlier one has been, whatever is repeated after a crash or by a second relay.
  const unsent = db.prepare<[number], Row>(
    'SELECT position, id, topic, key, type, value FROM outbox WHERE sent_at IS NULL ORDER BY position LIMIT ?',
  )
  // Exactly the rows that were sent, not all up to the last: elsewhere one below may become visible late (exercise 11).
  // What was sent is in the log; the row stays to say that it was published, its content need not.
  const markSent = db.prepare(
    "UPDATE outbox SET sent_at = ?, value = '' WHERE position IN (SELECT value FROM json_each(?))",
  )
  let producer: Producer | undefined

  async function send(rows: Row[]): Promise<void> {
    try {
      if (producer === undefined) {
        producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
        await producer.connect()
      }
      await producer.sendBatch({ topicMessages: byTopic(rows) })
    } catch (error) {
      // Nobody knows whether the broker has the batch, so neither which sequence number comes next: a new producer starts afresh.
      const failed = producer
      producer = undefined
      await failed?.disconnect().catch(() => {})
      throw error
    }
  }

  async function relayBatch(): Promise<number> {
    const rows = unsent.all(BATCH_SIZE)
    if (rows.length === 0) return POLL_EVERY_MS
    await send(rows)
    markSent.run(Date.now(), JSON.stringify(rows.map(({ position }) => position)))
    return 0
  }

  async function loop(): Promise<void> {
    // Whatever failed, the rows are still unsent: the next round sends them again.
    const nextInMs = await relayBatch().catch(() => RETRY_AFTER_MS)
    setTimeout(loop, nextInMs)
  }
  setTimeout(loop, 0)
}

/** One request for all topics; the messages of a topic keep their order. */
function byTopic(rows: Row[]) {
  const topics = new Map<string, { key: string; value: string; headers: Record<string, string> }[]>()
  for (const { topic, key, value, id, type } of rows) {
    const messages = topics.get(topic) ?? []
    messages.push({ key, value, headers: { id, type } })
    topics.set(topic, messages)
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }))
}
