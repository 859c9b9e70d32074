/**
 * The Kafka contract: how a partition tells a retried batch from a new one, and what KafkaJS makes of it.
 */
import type { Producer, ProducerConfig, Transaction } from 'kafkajs'
import { expect } from 'vitest'
import { type Case, refusal, type Stage, valuesOf } from './stage.ts'

/** Enough for two of them to have the same leader in a cluster of three nodes. */
const PARTITIONS = 4
const OUT_OF_ORDER = { name: 'KafkaJSProtocolError', type: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }
const TOO_LARGE = { name: 'KafkaJSProtocolError', type: 'MESSAGE_TOO_LARGE' }

/** Fails as a whole, but partition 0 takes its message: the node answers for each of its partitions on its own. */
async function sendInPart(
  stage: Stage,
  producer: Producer | Transaction,
  topic: string,
  value: string,
): Promise<void> {
  const admin = await stage.admin()
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  const leaders = new Map(topics[0]!.partitions.map(({ partitionId, leader }) => [partitionId, leader]))
  const partition = [1, 2, 3].find(other => leaders.get(other) === leaders.get(0))!
  const messages = [
    { partition: 0, value },
    { partition, value: 'x'.repeat(1_100_000) },
  ]
  expect(await refusal(producer.send({ topic, messages }))).toEqual(TOO_LARGE)
}

/** Sends the same to two topics, of which one is deleted in between: first `first`, in vain `second`, then `third` to the other. */
async function sendBesideMissing(stage: Stage, config: ProducerConfig): Promise<(string | null)[]> {
  const [kept, deleted] = [await stage.topic(), await stage.topic()]
  const producer = await stage.producer({ ...config, allowAutoTopicCreation: false })
  const send = (value: string, ...topics: string[]) =>
    producer.sendBatch({ topicMessages: topics.map(topic => ({ topic, messages: [{ value }] })) })
  await send('first', kept, deleted)
  const admin = await stage.admin()
  await admin.deleteTopics({ topics: [deleted] })
  await stage.until('it is gone', async () => !(await admin.listTopics()).includes(deleted))
  expect(await refusal(send('second', kept, deleted))).toEqual({ name: 'KafkaJSNumberOfRetriesExceeded' })
  await send('third', kept)
  return valuesIn(stage, kept)
}

async function valuesIn(stage: Stage, topic: string): Promise<(string | null)[]> {
  await stage.send(topic, 'end')
  const seen = await stage.read(topic)
  await stage.until('the end has arrived', () => valuesOf(seen).includes('end'))
  return valuesOf(seen)
}

export const idempotence: readonly Case[] = [
  {
    name: 'gives an idempotent producer consecutive offsets over many sends',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.idempotent()
      const offsets: (string | undefined)[] = []
      for (let index = 0; index < 5; index++) {
        const [metadata] = await producer.send({ topic, messages: [{ value: String(index) }] })
        offsets.push(metadata!.baseOffset)
      }
      expect(offsets).toEqual(['0', '1', '2', '3', '4'])
      expect(producer.isIdempotent()).toBe(true)
    },
  },
  {
    name: 'takes the next message for a duplicate after a send that was written in part, and drops it',
    body: async stage => {
      const topic = await stage.topic(PARTITIONS)
      const producer = await stage.idempotent()
      await sendInPart(stage, producer, topic, 'first')
      const [swallowed] = await producer.send({ topic, messages: [{ partition: 0, value: 'swallowed' }] })
      // Answered like a success, with the offset of the message before it.
      expect(swallowed).toMatchObject({ errorCode: 0, baseOffset: '0' })
      expect(Number(swallowed!.logAppendTime)).toBeGreaterThan(0)
      await producer.send({ topic, messages: [{ partition: 0, value: 'third' }] })
      expect(await valuesIn(stage, topic)).toEqual(['first', 'third', 'end'])
    },
  },
  {
    name: 'drops the first message of a transaction after one that was written in part and aborted',
    body: async stage => {
      const topic = await stage.topic(PARTITIONS)
      const producer = await stage.transactional()
      const aborted = await producer.transaction()
      await sendInPart(stage, aborted, topic, 'first')
      await aborted.abort()
      for (const value of ['swallowed', 'third']) {
        const transaction = await producer.transaction()
        await transaction.send({ topic, messages: [{ partition: 0, value }] })
        await transaction.commit()
      }
      expect(await valuesIn(stage, topic)).toEqual(['third', 'end'])
    },
  },
  {
    name: 'refuses a batch of another length in the place of one that was written',
    body: async stage => {
      const topic = await stage.topic(PARTITIONS)
      const producer = await stage.idempotent()
      await sendInPart(stage, producer, topic, 'first')
      const messages = ['second', 'third'].map(value => ({ partition: 0, value }))
      expect(await refusal(producer.send({ topic, messages }))).toEqual(OUT_OF_ORDER)
      expect(await valuesIn(stage, topic)).toEqual(['first', 'end'])
    },
  },
  {
    name: 'goes on after a send of which nothing was written',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.idempotent()
      const messages = [{ value: 'x'.repeat(1_100_000) }]
      expect(await refusal(producer.send({ topic, messages }))).toEqual(TOO_LARGE)
      await producer.send({ topic, messages: [{ value: 'a' }] })
      expect(await valuesIn(stage, topic)).toEqual(['a', 'end'])
    },
  },
  {
    name: 'refuses an idempotent producer that does not wait for all replicas',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.idempotent()
      await expect(producer.send({ topic, acks: 1, messages: [{ value: 'a' }] })).rejects.toThrow(
        'invalidates the idempotent producer',
      )
    },
  },
  {
    name: 'writes a message at every attempt when another topic of the same send cannot be written to',
    body: async stage => {
      const values = await sendBesideMissing(stage, {})
      expect(values).toEqual(['first', ...Array.from({ length: 6 }, () => 'second'), 'third', 'end'])
    },
  },
  {
    name: 'keeps an idempotent producer from writing twice like that, and drops its next message',
    body: async stage => {
      const values = await sendBesideMissing(stage, { idempotent: true, maxInFlightRequests: 1 })
      expect(values).toEqual(['first', 'second', 'end'])
    },
  },
]
