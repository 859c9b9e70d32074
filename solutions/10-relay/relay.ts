/**
 * The relay: sends what is in the outbox, in order and at least once. Any number of them may run on one outbox.
 */

import { createOutbox } from '#exercises/09-outbox/outbox.ts'
import type { Host, Service } from '#simulator/service.ts'

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

export const relay: Service = async host => {
  createOutbox(host.db)
  const send = createSender(host)
  // Every relay starts at the lowest unsent row and has one batch on its way. So an event is never sent for the
  // first time before an earlier one has been, whatever is repeated after a crash or by a second relay.
  const unsent = host.db.prepare<[number], Row>(
    'SELECT position, id, topic, key, type, value FROM outbox WHERE sent_at IS NULL ORDER BY position LIMIT ?',
  )
  // Exactly the rows that were sent, not all up to the last: one below may have become visible since.
  // What was sent is in the log; the row stays to say that it was published, its content need not.
  const markSent = host.db.prepare(
    "UPDATE outbox SET sent_at = ?, value = '' WHERE position IN (SELECT value FROM json_each(?))",
  )

  const relayOneBatch = async () => {
    const rows = unsent.all(BATCH_SIZE)
    if (rows.length === 0) return POLL_EVERY_MS
    await send(rows)
    markSent.run(Date.now(), JSON.stringify(rows.map(row => row.position)))
    return 0
  }
  const loop = async () => {
    // Whatever failed, the rows are still unsent: the next round sends them again.
    const nextInMs = await relayOneBatch().catch(() => RETRY_AFTER_MS)
    setTimeout(loop, nextInMs)
  }
  setTimeout(loop, 0)
}

/** Resolves once the broker has all rows. */
function createSender({ kafka }: Host) {
  let producer: ReturnType<typeof connect> | undefined

  async function connect() {
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    return producer
  }

  return async (rows: Row[]) => {
    try {
      producer ??= connect()
      await (await producer).sendBatch({ topicMessages: byTopic(rows) })
    } catch (error) {
      // After a failure the broker's and the producer's sequence numbers may disagree: start anew with a fresh producer.
      const failed = producer
      producer = undefined
      await failed?.then(it => it.disconnect()).catch(() => {})
      throw error
    }
  }
}

function byTopic(rows: Row[]) {
  const topics = new Map<string, { key: string; value: string; headers: Record<string, string> }[]>()
  for (const { topic, key, value, id, type } of rows) {
    const messages = topics.get(topic) ?? []
    messages.push({ key, value, headers: { id, type } })
    topics.set(topic, messages)
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }))
}
