/**
 * The Kafka contract: how consumers are handed messages and when offsets are committed.
 */
import type { Consumer, EachBatchPayload } from 'kafkajs'
import { expect } from 'vitest'
import { type Case, type Seen, type Stage, seenOf, valuesOf } from './stage.ts'

async function subscribed(stage: Stage, topic: string, groupId = stage.name('group')): Promise<Consumer> {
  const consumer = await stage.consumer({ groupId })
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  return consumer
}

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
    name: 'starts a new group at the end unless it subscribes from the beginning',
    body: async stage => {
      const topic = await stage.topicWith('old')
      const seen: Seen[] = []
      const consumer = await stage.consumer({ groupId: stage.name('group') })
      await consumer.subscribe({ topics: [topic] })
      const joined = new Promise(resolve => consumer.on(consumer.events.FETCH_START, resolve))
      await consumer.run({ eachMessage: async payload => void seen.push(seenOf(payload)) })
      await joined
      await stage.sleep(300)
      await stage.send(topic, 'new')
      await stage.until('the new message has arrived', () => seen.length > 0)
      expect(valuesOf(seen)).toEqual(['new'])
    },
  },
  {
    name: 'goes on where the group has committed',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b')
      const groupId = stage.name('group')
      const first = await subscribed(stage, topic, groupId)
      let count = 0
      await first.run({ eachMessage: async () => void count++ })
      await stage.until('both are read', () => count === 2)
      await first.disconnect()
      await stage.send(topic, 'c')
      const seen = await stage.read(topic, { groupId })
      await stage.until('the third has arrived', () => seen.length > 0)
      expect(valuesOf(seen)).toEqual(['c'])
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
      const consumer = await subscribed(stage, topic, groupId)
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
    name: 'hands over again what a batch handler has not resolved',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c')
      const consumer = await subscribed(stage, topic)
      const firsts: (string | null)[] = []
      await consumer.run({
        eachBatchAutoResolve: false,
        eachBatch: async ({ batch, resolveOffset }) => {
          firsts.push(batch.firstOffset())
          resolveOffset(batch.messages[0]!.offset)
        },
      })
      await stage.until('it came to the end', () => firsts.length >= 3)
      expect(firsts.slice(0, 3)).toEqual(['0', '1', '2'])
    },
  },
  {
    name: 'commits inside a batch only when asked to',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b')
      const groupId = stage.name('group')
      const consumer = await subscribed(stage, topic, groupId)
      const committed: string[] = []
      await consumer.run({
        eachBatch: async ({ batch, resolveOffset, commitOffsetsIfNecessary, uncommittedOffsets }) => {
          resolveOffset(batch.messages[0]!.offset)
          committed.push(await stage.committed(groupId, topic))
          await commitOffsetsIfNecessary(uncommittedOffsets())
          committed.push(await stage.committed(groupId, topic))
        },
      })
      await stage.until('the batch is through', () => committed.length === 2)
      expect(committed).toEqual(['-1', '1'])
    },
  },
  {
    name: 'commits as often as the threshold says',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c', 'd', 'e')
      const consumer = await subscribed(stage, topic)
      const commits: string[] = []
      consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
        commits.push(String(payload.topics[0]!.partitions[0]!.offset))
      })
      await consumer.run({ autoCommitThreshold: 2, eachMessage: async () => {} })
      await stage.until('the last commit is done', () => commits.includes('5'))
      expect(commits).toEqual(['2', '4', '5'])
    },
  },
  {
    name: 'commits within a batch when the interval has passed',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c')
      const consumer = await subscribed(stage, topic)
      const commits: string[] = []
      consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
        commits.push(String(payload.topics[0]!.partitions[0]!.offset))
      })
      await consumer.run({ autoCommitInterval: 150, eachMessage: () => stage.sleep(100) })
      await stage.until('the last commit is done', () => commits.includes('3'))
      expect(commits).toEqual(['2', '3'])
    },
  },
  {
    name: 'commits nothing by itself when told so, and what it is given',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b')
      const groupId = stage.name('group')
      const consumer = await subscribed(stage, topic, groupId)
      let count = 0
      await consumer.run({ autoCommit: false, eachMessage: async () => void count++ })
      await stage.until('both are read', () => count === 2)
      await stage.sleep(200)
      expect(await stage.committed(groupId, topic)).toBe('-1')
      await consumer.commitOffsets([{ topic, partition: 0, offset: '1', metadata: 'half way' }])
      const admin = await stage.admin()
      const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] })
      expect(offsets!.partitions).toEqual([{ partition: 0, offset: '1', metadata: 'half way' }])
    },
  },
  {
    name: 'pauses after the current message and resumes where it was',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c')
      const consumer = await stage.consumer({ groupId: stage.name('group'), maxWaitTimeInMs: 200 })
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      const values: string[] = []
      let resume = () => {}
      await consumer.run({
        eachMessage: async ({ message, pause }) => {
          values.push(String(message.value))
          if (values.length === 1) resume = pause()
        },
      })
      await stage.until('the first has arrived', () => values.length === 1)
      await stage.sleep(500)
      expect(values).toEqual(['a'])
      expect(consumer.paused()).toEqual([{ topic, partitions: [0] }])
      resume()
      await stage.until('the others have arrived', () => values.length === 3)
      expect(consumer.paused()).toEqual([])
    },
  },
  {
    name: 'seeks to where it is told at the next fetch',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c')
      const consumer = await stage.consumer({ groupId: stage.name('group'), maxWaitTimeInMs: 200 })
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      const values: string[] = []
      await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) })
      await stage.until('all have arrived', () => values.length === 3)
      consumer.seek({ topic, partition: 0, offset: '1' })
      await stage.until('two have come again', () => values.length === 5)
      expect(values).toEqual(['a', 'b', 'c', 'b', 'c'])
    },
  },
  {
    name: 'starts from the beginning when the committed offset is out of range',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c')
      const groupId = stage.name('group')
      const admin = await stage.admin()
      const first = await subscribed(stage, topic, groupId)
      let count = 0
      await first.run({ autoCommit: false, eachMessage: async () => void count++ })
      await stage.until('all are read', () => count === 3)
      await first.commitOffsets([{ topic, partition: 0, offset: '0' }])
      await first.disconnect()
      await admin.fetchTopicOffsets(topic)
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] })
      const seen = await stage.read(topic, { groupId })
      await stage.until('what is left has arrived', () => seen.length > 0)
      expect(valuesOf(seen)).toEqual(['c'])
    },
  },
  {
    name: 'handles several partitions at a time when told so',
    body: async stage => {
      const topic = await stage.topic(2)
      const producer = await stage.producer()
      await producer.send({ topic, messages: [0, 1].map(partition => ({ value: 'x', partition })) })
      const consumer = await subscribed(stage, topic)
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
]
