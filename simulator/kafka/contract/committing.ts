/**
 * The Kafka contract: when offsets are committed, and which.
 */
import type { Consumer } from 'kafkajs'
import { expect } from 'vitest'
import { type Case, valuesOf } from './stage.ts'

/** The offsets a consumer commits for the only partition it has. */
function committedBy(consumer: Consumer): string[] {
  const commits: string[] = []
  consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
    commits.push(String(payload.topics[0]!.partitions[0]!.offset))
  })
  return commits
}

export const committing: readonly Case[] = [
  {
    name: 'goes on where the group has committed',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b')
      const groupId = stage.name('group')
      const first = await stage.subscribed(topic, { groupId })
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
    name: 'hands over again what a batch handler has not resolved',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c')
      const consumer = await stage.subscribed(topic)
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
      const consumer = await stage.subscribed(topic, { groupId })
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
      const consumer = await stage.subscribed(topic)
      const commits = committedBy(consumer)
      await consumer.run({ autoCommitThreshold: 2, eachMessage: async () => {} })
      await stage.until('the last commit is done', () => commits.includes('5'))
      expect(commits).toEqual(['2', '4', '5'])
    },
  },
  {
    name: 'commits within a batch when the interval has passed',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c')
      const consumer = await stage.subscribed(topic)
      const commits = committedBy(consumer)
      await consumer.run({ autoCommitInterval: 1_000, eachMessage: () => stage.sleep(600) })
      await stage.until('the last commit is done', () => commits.includes('3'))
      expect(commits).toEqual(['2', '3'])
    },
  },
  {
    name: 'commits nothing by itself when told so, and what it is given',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b')
      const groupId = stage.name('group')
      const consumer = await stage.subscribed(topic, { groupId })
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
    name: 'commits all that is resolved when either the threshold or the interval is reached',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c', 'd')
      const consumer = await stage.subscribed(topic)
      const commits = committedBy(consumer)
      await consumer.run({
        autoCommitThreshold: 3,
        autoCommitInterval: 1_000,
        eachMessage: async ({ message }) => stage.sleep(String(message.value) === 'a' ? 1_200 : 0),
      })
      await stage.until('the last commit is done', () => commits.includes('4'))
      expect(commits).toEqual(['1', '4'])
    },
  },
  {
    name: 'commits nothing for a batch that it neither resolves nor commits',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b')
      const groupId = stage.name('group')
      const consumer = await stage.subscribed(topic, { groupId })
      let batches = 0
      await consumer.run({
        eachBatchAutoResolve: false,
        eachBatch: async () => {
          batches++
          // Otherwise it gets the same batch over and over again, as fast as it can fetch it.
          await stage.sleep(200)
        },
      })
      await stage.until('it came again', () => batches === 3)
      expect(await stage.committed(groupId, topic)).toBe('-1')
    },
  },
  {
    name: 'commits no more than the offset it is given, whatever it has read',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c')
      const groupId = stage.name('group')
      const consumer = await stage.subscribed(topic, { groupId })
      let count = 0
      await consumer.run({
        autoCommit: false,
        eachMessage: async ({ message: { offset } }) => {
          // The offset of the message itself and not the next: a well-known mistake.
          await consumer.commitOffsets([{ topic, partition: 0, offset }])
          count++
        },
      })
      await stage.until('all are read', () => count === 3)
      await consumer.disconnect()
      const again = await stage.read(topic, { groupId })
      await stage.until('it has started', () => again.length > 0)
      expect(valuesOf(again)).toEqual(['c'])
    },
  },
  {
    name: 'does not commit past an aborted transaction before it has read something',
    body: async stage => {
      const topic = await stage.topic()
      const groupId = stage.name('group')
      const producer = await stage.transactional()
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: [{ value: 'aborted' }] })
      await transaction.abort()
      const consumer = await stage.subscribed(topic, { groupId })
      let passed = false
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
        if (payload.lastOffset === '1') passed = true
      })
      const values: string[] = []
      await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) })
      await stage.until('it has passed the transaction', () => passed)
      await stage.sleep(500)
      expect(await stage.committed(groupId, topic)).toBe('-1')
      await stage.send(topic, 'plain')
      await stage.until('it is committed', async () => (await stage.committed(groupId, topic)) === '3')
      expect(values).toEqual(['plain'])
    },
  },
]
