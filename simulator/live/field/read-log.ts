/**
 * Reads everything that topics of a real broker hold, and puts it into an order that causes and effects agree with.
 */
import type { Consumer } from 'kafkajs'
import type { StoredMessageView } from '#simulator/kafka/inspection.ts'
import { defaultLabel } from '#simulator/kafka/label.ts'
import type { LiveCluster } from '../cluster.ts'
import { silentLog } from '../logs.ts'

/** Behind the last message there may be nothing but control markers, which no consumer is told of. */
const QUIET_MS = 2_000
const LOOK_EVERY_MS = 25

/**
 * Resolves to what a consumer of committed messages gets, partition by partition.
 * @param topics must exist
 */
export async function readTopics(
  { kafka, admin }: LiveCluster,
  topics: readonly string[],
): Promise<Map<string, StoredMessageView[]>> {
  const messages = new Map<string, StoredMessageView[]>()
  const missing = new Map<string, number>()
  for (const topic of topics) {
    for (const { partition, high, low } of await admin.fetchTopicOffsets(topic)) {
      messages.set(`${topic}/${partition}`, [])
      if (Number(high) > Number(low)) missing.set(`${topic}/${partition}`, Number(high))
    }
  }
  if (missing.size === 0) return messages

  const groupId = `field-reader-${crypto.randomUUID()}`
  const consumer: Consumer = kafka('field-reader', silentLog).consumer({ groupId, maxWaitTimeInMs: 200 })
  let lastNewsAt = Number.POSITIVE_INFINITY
  await consumer.connect()
  await consumer.subscribe({ topics: [...topics], fromBeginning: true })
  consumer.on(consumer.events.GROUP_JOIN, () => {
    lastNewsAt = Date.now()
  })
  await consumer.run({
    autoCommit: false,
    async eachBatch({ batch: { topic, partition, messages: read } }) {
      const place = `${topic}/${partition}`
      const known = messages.get(place)!
      for (const { offset, key, value, headers = {}, timestamp } of read) {
        // A rebalance may bring the beginning once more.
        if (Number(offset) <= (known.at(-1)?.offset ?? -1)) continue
        known.push({
          topic,
          partition,
          offset: Number(offset),
          key,
          value,
          headers: headers as StoredMessageView['headers'],
          timestamp: Number(timestamp),
          label: defaultLabel({ topic, partition, message: { key, value, headers } }),
        })
        lastNewsAt = Date.now()
      }
      if ((known.at(-1)?.offset ?? -1) + 1 >= missing.get(place)!) missing.delete(place)
    },
  })
  while (missing.size > 0 && Date.now() - lastNewsAt < QUIET_MS)
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS))
  await consumer.disconnect()
  await admin.deleteGroups([groupId]).catch(() => {})
  return messages
}

/**
 * One order for all partitions: each partition's own, causes before their effects, else by time. Clocks of different
 * processes do not agree to the millisecond, so time alone would now and then put an effect before its cause.
 */
export function inCausalOrder(
  partitions: ReadonlyMap<string, readonly StoredMessageView[]>,
): StoredMessageView[] {
  const envelopes = new Map<StoredMessageView, { id?: string; causation_id?: string }>()
  const ids = new Set<string>()
  for (const messages of partitions.values()) {
    for (const message of messages) {
      const envelope = readEnvelope(message)
      envelopes.set(message, envelope)
      if (envelope.id !== undefined) ids.add(envelope.id)
    }
  }
  const seen = new Set<string>()
  const positions = new Map([...partitions.keys()].map(place => [place, 0]))
  const ordered: StoredMessageView[] = []
  for (;;) {
    let next: { place: string; message: StoredMessageView; isReady: boolean } | undefined
    for (const [place, position] of positions) {
      const message = partitions.get(place)![position]
      if (message === undefined) continue
      const { causation_id: cause } = envelopes.get(message)!
      const isReady = cause === undefined || !ids.has(cause) || seen.has(cause)
      if (
        next === undefined ||
        (isReady && !next.isReady) ||
        (isReady === next.isReady && message.timestamp < next.message.timestamp)
      )
        next = { place, message, isReady }
    }
    if (next === undefined) return ordered
    positions.set(next.place, positions.get(next.place)! + 1)
    const { id } = envelopes.get(next.message)!
    if (id !== undefined) seen.add(id)
    ordered.push(next.message)
  }
}

function readEnvelope({ value }: StoredMessageView): { id?: string; causation_id?: string } {
  try {
    const { id, causation_id } = JSON.parse(String(value)) as Record<string, unknown>
    return {
      ...(typeof id === 'string' && { id }),
      ...(typeof causation_id === 'string' && { causation_id }),
    }
  } catch {
    return {}
  }
}
