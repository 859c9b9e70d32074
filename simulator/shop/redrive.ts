/**
 * Redrives dead letters: brings the original messages back, in the order in which they died, once their cause is mended.
 *
 * What travels to the retry topic is the message at its origin, byte for byte, not the copy among the dead letters: that
 * copy is what the consumer saw, and what it saw may have been the trouble.
 */
import type { IHeaders, KafkaMessage } from 'kafkajs'
import type { OperatorHost } from '#simulator/scenario/scenario.ts'
import type { KafkaClient } from '#simulator/service.ts'
import { readRange } from './read-range.ts'
import { CONSUMERS } from './topics.ts'

/** Letters that keep coming back after so many passes need a person. */
const MAX_PASSES = 20
/** A consumer that has just come back may take minutes to get its partitions. */
const MAX_WAITS = 300
const PAUSE_MS = 2_000

export async function redriveDeadLetters({ kafka }: OperatorHost): Promise<void> {
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  const admin = kafka.admin()
  await producer.connect()
  await admin.connect()
  const seen = new Map<string, number>()

  for (let passes = 0, waits = 0; passes < MAX_PASSES && waits < MAX_WAITS; ) {
    let redriven = 0
    for (const service of CONSUMERS) {
      const topic = `dead.${service}`
      const from = seen.get(topic) ?? 0
      const [end] = await admin.fetchTopicOffsets(topic)
      const to = Number(end?.high ?? 0)
      if (to <= from) continue
      const letters = await readRange(kafka, topic, 0, from, to)
      const originals = await readOriginals(kafka, letters)
      await producer.send({
        topic: `retry.${service}`,
        messages: letters.map(letter => withOrigin(originals.get(originKey(letter)) ?? letter, letter)),
      })
      seen.set(topic, to)
      redriven += letters.length
    }
    // Messages that waited behind a letter may have joined it while it was on its way: look once more.
    if (redriven === 0 && (await isRetried(admin))) break
    if (redriven > 0) passes++
    else waits++
    await new Promise(resolve => setTimeout(resolve, PAUSE_MS))
  }
  await producer.disconnect()
  await admin.disconnect()
}

interface Origin {
  topic: string
  partition: number
  offset: number
}

function originOf({ headers = {} }: KafkaMessage): Origin {
  return {
    topic: String(headers['origin-topic']),
    partition: Number(String(headers['origin-partition'])),
    offset: Number(String(headers['origin-offset'])),
  }
}

function originKey(letter: KafkaMessage): string {
  const { topic, partition, offset } = originOf(letter)
  return `${topic}/${partition}/${offset}`
}

/** The messages as they were first published, by `topic/partition/offset`. */
async function readOriginals(
  kafka: KafkaClient,
  letters: readonly KafkaMessage[],
): Promise<Map<string, KafkaMessage>> {
  const ranges = new Map<string, { topic: string; partition: number; first: number; last: number }>()
  for (const letter of letters) {
    const { topic, partition, offset } = originOf(letter)
    const range = ranges.get(`${topic}/${partition}`) ?? { topic, partition, first: offset, last: offset }
    range.first = Math.min(range.first, offset)
    range.last = Math.max(range.last, offset)
    ranges.set(`${topic}/${partition}`, range)
  }
  const originals = new Map<string, KafkaMessage>()
  for (const { topic, partition, first, last } of ranges.values())
    for (const message of await readRange(kafka, topic, partition, first, last + 1))
      originals.set(`${topic}/${partition}/${message.offset}`, message)
  return originals
}

/** Key, value and headers of the original, and where it comes from: the consumer knows its letter again by that. */
function withOrigin({ key, value, headers }: KafkaMessage, letter: KafkaMessage) {
  const origin: IHeaders = {}
  for (const name of ['origin-topic', 'origin-partition', 'origin-offset'])
    origin[name] = letter.headers?.[name]
  return { key, value, headers: { ...headers, ...origin } }
}

/** True when every service has read its retry topic to the end. */
async function isRetried(admin: ReturnType<KafkaClient['admin']>): Promise<boolean> {
  for (const service of CONSUMERS) {
    const topic = `retry.${service}`
    const [end] = await admin.fetchTopicOffsets(topic)
    if (Number(end?.high ?? 0) === 0) continue
    const [group] = await admin.fetchOffsets({ groupId: service, topics: [topic] })
    if (Number(group?.partitions[0]?.offset ?? -1) < Number(end?.high)) return false
  }
  return true
}
