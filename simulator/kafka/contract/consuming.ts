/**
 * The Kafka contract: how consumers are handed messages.
 */
import type { EachBatchPayload, EachMessagePayload } from 'kafkajs'
import { expect } from 'vitest'
import { type Case, refusal, type Seen, seenOf } from './stage.ts'

export const consuming: readonly Case[] = [
  {
    name: 'hands over the messages of a partition in order and commits the next offset after the batch',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c')
      const groupId = stage.name('group')
      const seen = await stage.read(topic, { groupId })
      await stage.until('all have arrived', () => seen.length === 3)
      expect(seen.map(({ offset, value }) => [offset, value])).toEqual([
        ['0', 'a'],
        ['1', 'b'],
        ['2', 'c'],
      ])
      await stage.until(
        'the offset is committed',
        async () => (await stage.committed(groupId, topic)) === '3',
      )
    },
  },
  {
    name: 'subscribes to all topics that match an expression',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const seen: Seen[] = []
      const consumer = await stage.consumer({ groupId: stage.name('group') })
      await consumer.subscribe({ topics: [new RegExp(`^${topic}$`)], fromBeginning: true })
      await consumer.run({ eachMessage: async payload => void seen.push(seenOf(payload)) })
      await stage.until('the message has arrived', () => seen.length === 1)
    },
  },
  {
    name: 'hands over batches, and resolves them when the handler returns',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c')
      const groupId = stage.name('group')
      const consumer = await stage.subscribed(topic, { groupId })
      const batches: EachBatchPayload['batch'][] = []
      await consumer.run({ eachBatch: async ({ batch }) => void batches.push(batch) })
      await stage.until('the batch has arrived', () => batches.length === 1)
      const [batch] = batches
      expect(batch).toMatchObject({ topic, partition: 0, highWatermark: '3' })
      expect([batch!.firstOffset(), batch!.lastOffset(), batch!.offsetLag(), batch!.offsetLagLow()]).toEqual([
        '0',
        '2',
        '0',
        '2',
      ])
      await stage.until(
        'the offset is committed',
        async () => (await stage.committed(groupId, topic)) === '3',
      )
    },
  },
  {
    name: 'handles several partitions at a time when told so',
    body: async stage => {
      const topic = await stage.topic(2)
      const producer = await stage.producer()
      await producer.send({ topic, messages: [0, 1].map(partition => ({ value: 'x', partition })) })
      const consumer = await stage.subscribed(topic)
      let running = 0
      let most = 0
      let done = 0
      await consumer.run({
        partitionsConsumedConcurrently: 2,
        eachMessage: async () => {
          running++
          most = Math.max(most, running)
          await stage.sleep(100)
          running--
          done++
        },
      })
      await stage.until('both are done', () => done === 2)
      expect(most).toBe(2)
    },
  },
  {
    name: 'hands over batches of one partition each, in order within it',
    body: async stage => {
      const topic = await stage.topic(3)
      const producer = await stage.producer()
      const messages = Array.from({ length: 30 }, (_, index) => ({
        partition: index % 3,
        value: String(index),
      }))
      await producer.send({ topic, messages })
      const consumer = await stage.subscribed(topic)
      const values: string[][] = [[], [], []]
      await consumer.run({
        eachBatch: async ({ batch }) => {
          for (const { value } of batch.messages) values[batch.partition]!.push(String(value))
        },
      })
      await stage.until('all have arrived', () => values.flat().length === 30)
      values.forEach((own, partition) => {
        expect(own).toEqual(Array.from({ length: 10 }, (_, index) => String(index * 3 + partition)))
      })
    },
  },
  {
    name: 'takes as many messages from a partition as its byte limit allows',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer()
      await producer.send({ topic, messages: Array.from({ length: 10 }, () => ({ value: 'x'.repeat(100) })) })
      const consumer = await stage.subscribed(topic, { maxBytesPerPartition: 300 })
      const sizes: number[] = []
      await consumer.run({ eachBatch: async ({ batch }) => void sizes.push(batch.messages.length) })
      await stage.until('all have arrived', () => sizes.reduce((sum, size) => sum + size, 0) === 10)
      return sizes
    },
    sees: { simulator: [2, 2, 2, 2, 2], realBroker: [10] },
  },
  {
    name: 'waits for as many bytes as it asks for, but no longer than it says',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const consumer = await stage.subscribed(topic, { minBytes: 10_000, maxWaitTimeInMs: 1_500 })
      let joinedAt = 0
      let arrivedAt = 0
      consumer.on(consumer.events.GROUP_JOIN, () => {
        joinedAt = Date.now()
      })
      await consumer.run({
        eachMessage: async () => {
          arrivedAt = Date.now()
        },
      })
      await stage.until('it has arrived', () => arrivedAt > 0)
      expect(arrivedAt - joinedAt).toBeGreaterThan(1_300)
    },
  },
  {
    name: 'stops and runs again, with more topics if it likes',
    body: async stage => {
      const [first, second] = [await stage.topicWith('a'), await stage.topicWith('b')]
      const consumer = await stage.subscribed(first)
      const values: string[] = []
      const run = {
        eachMessage: async ({ message }: EachMessagePayload) => void values.push(String(message.value)),
      }
      await consumer.run(run)
      await stage.until('the first has arrived', () => values.length === 1)
      await consumer.stop()
      await consumer.subscribe({ topics: [second], fromBeginning: true })
      await stage.send(first, 'c')
      await consumer.run(run)
      await stage.until('the others have arrived', () => values.length === 3)
      expect(values.sort()).toEqual(['a', 'b', 'c'])
    },
  },
  {
    name: 'never returns from a stop that a handler waits for',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const consumer = await stage.subscribed(topic)
      let returned = false
      const returnedInHandler: boolean[] = []
      await consumer.run({
        eachMessage: async () => {
          const stopped = consumer.stop().then(() => {
            returned = true
          })
          await Promise.race([stopped, stage.sleep(2_000)])
          returnedInHandler.push(returned)
        },
      })
      await stage.until('it has stopped', () => returned)
      expect(returnedInHandler).toEqual([false])
    },
  },
  {
    name: 'fails to subscribe to a topic that does not exist yet, which is made meanwhile',
    body: async stage => {
      const topic = stage.name('made-on-demand')
      const consumer = await stage.consumer({ groupId: stage.name('group') })
      const subscribe = () => consumer.subscribe({ topics: [topic], fromBeginning: true })
      expect(await refusal(subscribe())).toEqual({
        name: 'KafkaJSProtocolError',
        type: 'UNKNOWN_TOPIC_OR_PARTITION',
      })
      const admin = await stage.admin()
      await stage.until('it is there', async () => (await admin.listTopics()).includes(topic))
      await subscribe()
    },
  },
  {
    name: 'reads a partition that was added once its metadata is too old',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const consumer = await stage.subscribed(topic, { metadataMaxAge: 500 })
      const partitions: number[] = []
      await consumer.run({ eachMessage: async ({ partition }) => void partitions.push(partition) })
      await stage.until('the first has arrived', () => partitions.length === 1)
      const admin = await stage.admin()
      await admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] })
      await stage.until('the partition is there', async () => {
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
        return topics[0]!.partitions.length === 2
      })
      const producer = await stage.producer()
      await producer.send({ topic, messages: [{ partition: 1, value: 'b' }] })
      await stage.until('the second has arrived', () => partitions.length === 2)
      expect(partitions).toEqual([0, 1])
    },
  },
]
