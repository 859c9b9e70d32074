/**
 * The Kafka contract: what becomes of common mistakes.
 */
import type { Message } from 'kafkajs'
import { expect } from 'vitest'
import { type Case, refusal } from './stage.ts'

const FINAL = { name: 'KafkaJSNonRetriableError' }
/** What TypeScript would not let through, but JavaScript does. */
const unchecked = <T>(value: unknown) => value as T

export const mistakes: readonly Case[] = [
  {
    name: 'refuses what a producer cannot send',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer()
      const send = (record: object) => refusal(producer.send(unchecked({ topic, ...record })))
      expect(await send({ messages: [{ value: undefined }] })).toEqual(FINAL)
      expect(await send({ messages: ['text'] })).toEqual(FINAL)
      expect(await send({ messages: undefined })).toEqual(FINAL)
      expect(await send({ topic: undefined, messages: [{ value: 'a' }] })).toEqual(FINAL)
      expect(await send({ messages: unchecked<Message[]>({ value: 'a' }) })).toEqual({ name: 'TypeError' })
      expect(await send({ topic: 'no spaces please', messages: [{ value: 'a' }] })).toEqual(FINAL)
      expect(await refusal(producer.transaction())).toEqual(FINAL)
      expect(() => stage.kafka.producer({ idempotent: true, retry: { retries: 0 } })).toThrow(
        'must allow retries',
      )
    },
  },
  {
    name: 'refuses to steer a consumer that does not run yet',
    body: async stage => {
      const topic = await stage.topic()
      const consumer = await stage.consumer({ groupId: stage.name('group') })
      expect(() => consumer.seek({ topic, partition: 0, offset: '0' })).toThrow(
        'consumer#run must be called first',
      )
      expect(() => consumer.pause([{ topic }])).toThrow('consumer#run must be called first')
      const commit = consumer.commitOffsets([{ topic, partition: 0, offset: '0' }])
      expect(await refusal(commit)).toEqual(FINAL)
      expect(await refusal(consumer.subscribe(unchecked({})))).toEqual(FINAL)
      expect(await refusal(consumer.subscribe({ topics: ['no spaces please'] }))).toMatchObject({
        type: 'INVALID_TOPIC_EXCEPTION',
      })
      expect(() => stage.kafka.consumer(unchecked({}))).toThrow('groupId must be a non-empty string')
    },
  },
  {
    name: 'refuses to subscribe a consumer that runs, and takes no notice of a second run',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const consumer = await stage.subscribed(topic)
      const handled: string[] = []
      await consumer.run({ eachMessage: async () => void handled.push('first') })
      await consumer.run({ eachMessage: async () => void handled.push('second') })
      await stage.until('it is handled', () => handled.length > 0)
      expect(handled).toEqual(['first'])
      expect(await refusal(consumer.subscribe({ topics: [topic] }))).toEqual(FINAL)
    },
  },
  {
    name: 'refuses offsets that are none',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const consumer = await stage.subscribed(topic)
      let started = false
      consumer.on(consumer.events.GROUP_JOIN, () => {
        started = true
      })
      await consumer.run({ autoCommit: false, eachMessage: async () => {} })
      await stage.until('it has joined', () => started)
      for (const offset of ['one', '-5']) {
        expect(() => consumer.seek({ topic, partition: 0, offset })).toThrow(/Offset|offset/)
        expect(await refusal(consumer.commitOffsets([{ topic, partition: 0, offset }]))).toEqual(FINAL)
      }
    },
  },
  {
    name: 'gives up on committing for a partition that is not there, after its retries',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const consumer = await stage.subscribed(topic)
      let started = false
      consumer.on(consumer.events.GROUP_JOIN, () => {
        started = true
      })
      await consumer.run({ autoCommit: false, eachMessage: async () => {} })
      await stage.until('it has joined', () => started)
      let refused: object | undefined
      refusal(consumer.commitOffsets([{ topic, partition: 5, offset: '1' }])).then(outcome => {
        refused = outcome
      })
      // The world takes a consumer that does nothing but try again for an idle one.
      await stage.until('it has given up', () => refused !== undefined)
      expect(refused).toEqual({ name: 'KafkaJSNumberOfRetriesExceeded' })
    },
  },
  {
    name: 'refuses what an administrator cannot mean',
    body: async stage => {
      const topic = await stage.topic()
      const admin = await stage.admin()
      expect(await refusal(admin.createTopics(unchecked({})))).toEqual(FINAL)
      expect(await refusal(admin.createTopics({ topics: [{ topic: 'a' }, { topic: 'a' }] }))).toEqual(FINAL)
      expect(await refusal(admin.setOffsets({ groupId: 'a', topic, partitions: [] }))).toEqual(FINAL)
      expect(await refusal(admin.fetchOffsets(unchecked({})))).toEqual(FINAL)
      expect(await refusal(admin.deleteTopicRecords({ topic, partitions: [] }))).toEqual(FINAL)
      expect(await refusal(admin.createPartitions({ topicPartitions: [] }))).toEqual(FINAL)
    },
  },
  {
    name: 'knows no topic that nobody made, and an administrator does not make it',
    body: async stage => {
      const topic = stage.name('never-made')
      const admin = await stage.admin()
      const unknown = { name: 'KafkaJSProtocolError', type: 'UNKNOWN_TOPIC_OR_PARTITION' }
      expect(await refusal(admin.fetchTopicMetadata({ topics: [topic] }))).toEqual(unknown)
      expect(await refusal(admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] }))).toEqual(
        unknown,
      )
      expect(await refusal(admin.fetchOffsets({ groupId: stage.name('group'), topics: [topic] }))).toEqual(
        unknown,
      )
      expect(await admin.listTopics()).not.toContain(topic)
    },
  },
  {
    name: 'refuses an admin client that has disconnected',
    body: async stage => {
      const admin = stage.kafka.admin()
      await admin.connect()
      await admin.describeCluster()
      await admin.disconnect()
      const { name } = await refusal(admin.describeCluster())
      // Which connection error it is differs from time to time.
      return name !== 'not refused'
    },
    sees: { simulator: false, realBroker: true },
  },
]
