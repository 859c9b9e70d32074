/**
 * The Kafka contract: what transactions promise.
 */
import { expect } from 'vitest'
import { type Case, type Stage, valuesOf } from './stage.ts'

const transactional = (stage: Stage, transactionalId = stage.name('transaction')) =>
  stage.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 })

export const transactions: readonly Case[] = [
  {
    name: 'shows a transaction to readers once it is committed, and its marker takes an offset',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await transactional(stage)
      const seen = await stage.read(topic)
      const dirty = await stage.read(topic, { readUncommitted: true })
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: [{ value: 'a' }] })
      await stage.until('the uncommitted read has it', () => dirty.length === 1)
      expect(seen).toEqual([])
      await transaction.commit()
      await stage.until('the committed read has it', () => seen.length === 1)
      const admin = await stage.admin()
      expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ high: '2' }])
    },
  },
  {
    name: 'never shows an aborted transaction to readers of committed messages',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await transactional(stage)
      const aborted = await producer.transaction()
      await aborted.send({ topic, messages: [{ value: 'aborted' }] })
      await aborted.abort()
      const committed = await producer.transaction()
      await committed.send({ topic, messages: [{ value: 'committed' }] })
      await committed.commit()
      await stage.send(topic, 'plain')
      const seen = await stage.read(topic)
      const dirty = await stage.read(topic, { readUncommitted: true })
      await stage.until('the plain message has arrived', () => seen.length === 2 && dirty.length === 3)
      expect(valuesOf(seen)).toEqual(['committed', 'plain'])
      expect(valuesOf(dirty)).toEqual(['aborted', 'committed', 'plain'])
    },
  },
  {
    name: 'keeps readers of committed messages behind an open transaction',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await transactional(stage)
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: [{ value: 'open' }] })
      await stage.send(topic, 'later')
      const seen = await stage.read(topic)
      const dirty = await stage.read(topic, { readUncommitted: true })
      await stage.until('the uncommitted read has both', () => dirty.length === 2)
      await stage.sleep(500)
      expect(seen).toEqual([])
      await transaction.commit()
      await stage.until('the committed read has both', () => seen.length === 2)
    },
  },
  {
    name: 'commits consumed offsets with the transaction, or not at all',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c')
      const groupId = stage.name('group')
      const producer = await transactional(stage)
      const topics = [{ topic, partitions: [{ partition: 0, offset: '2' }] }]
      const aborted = await producer.transaction()
      await aborted.sendOffsets({ consumerGroupId: groupId, topics })
      await aborted.abort()
      expect(await stage.committed(groupId, topic)).toBe('-1')
      const committed = await producer.transaction()
      await committed.sendOffsets({ consumerGroupId: groupId, topics })
      expect(await stage.committed(groupId, topic)).toBe('-1')
      await committed.commit()
      await stage.until('the offset is there', async () => (await stage.committed(groupId, topic)) === '2')
    },
  },
  {
    name: 'fences off an older producer with the same transactional id and aborts what it had open',
    body: async stage => {
      const topic = await stage.topic()
      const id = stage.name('transaction')
      const older = await transactional(stage, id)
      const zombie = await older.transaction()
      await zombie.send({ topic, messages: [{ value: 'zombie' }] })
      const newer = await transactional(stage, id)
      const transaction = await newer.transaction()
      await transaction.send({ topic, messages: [{ value: 'alive' }] })
      await transaction.commit()
      await expect(zombie.send({ topic, messages: [{ value: 'late' }] })).rejects.toMatchObject({
        type: 'INVALID_PRODUCER_EPOCH',
      })
      await expect(zombie.commit()).rejects.toMatchObject({ type: 'INVALID_PRODUCER_EPOCH' })
      const seen = await stage.read(topic)
      await stage.until('the newer message has arrived', () => seen.length > 0)
      expect(valuesOf(seen)).toEqual(['alive'])
    },
  },
  {
    name: 'allows one transaction at a time, and nothing after its end',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await transactional(stage)
      const transaction = await producer.transaction()
      await expect(producer.transaction()).rejects.toThrow(/already an ongoing transaction/)
      await transaction.commit()
      expect(transaction.isActive()).toBe(false)
      await expect(transaction.send({ topic, messages: [{ value: 'x' }] })).rejects.toThrow(
        'Cannot continue to use transaction once ended',
      )
    },
  },
  {
    name: 'aborts a transaction that outlives its timeout, and fences its producer',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer({
        transactionalId: stage.name('transaction'),
        idempotent: true,
        maxInFlightRequests: 1,
        transactionTimeout: 5_000,
      })
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: [{ value: 'forgotten' }] })
      await stage.send(topic, 'plain')
      const seen = await stage.read(topic)
      await stage.until('the plain message has arrived', () => seen.length === 1)
      expect(valuesOf(seen)).toEqual(['plain'])
      await expect(transaction.commit()).rejects.toThrow()
    },
  },
]
