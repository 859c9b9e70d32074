/**
 * The Kafka contract: what transactions promise.
 */
import { expect } from 'vitest'
import { type Case, refusal, valuesOf } from './stage.ts'

export const transactions: readonly Case[] = [
  {
    name: 'shows a transaction to readers once it is committed, and its marker takes an offset',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.transactional()
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
      const producer = await stage.transactional()
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
      const producer = await stage.transactional()
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
      const producer = await stage.transactional()
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
      const older = await stage.transactional({ transactionalId: id })
      const zombie = await older.transaction()
      await zombie.send({ topic, messages: [{ value: 'zombie' }] })
      const newer = await stage.transactional({ transactionalId: id })
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
      const producer = await stage.transactional()
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
      const producer = await stage.transactional({ transactionTimeout: 5_000 })
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: [{ value: 'forgotten' }] })
      await stage.send(topic, 'plain')
      const seen = await stage.read(topic)
      await stage.until('the plain message has arrived', () => seen.length === 1)
      expect(valuesOf(seen)).toEqual(['plain'])
      await expect(transaction.commit()).rejects.toThrow()
    },
  },
  {
    name: 'goes on after an abort, and after many',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.transactional()
      for (let index = 0; index < 6; index++) {
        const transaction = await producer.transaction()
        await transaction.send({ topic, messages: [{ value: String(index) }] })
        await (index % 2 === 0 ? transaction.abort() : transaction.commit())
      }
      const seen = await stage.read(topic)
      await stage.until('those committed have arrived', () => seen.length === 3)
      // Each marker takes an offset.
      expect(seen.map(({ offset, value }) => [offset, value])).toEqual([
        ['2', '1'],
        ['6', '3'],
        ['10', '5'],
      ])
    },
  },
  {
    name: 'does not take a message into the transaction that is sent by the producer itself',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.transactional()
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: [{ value: 'inside' }] })
      await producer.send({ topic, messages: [{ value: 'beside' }] })
      await transaction.abort()
      await producer.send({ topic, messages: [{ value: 'after' }] })
      const seen = await stage.read(topic)
      await stage.until('what was sent beside it has arrived', () => seen.length === 2)
      expect(valuesOf(seen)).toEqual(['beside', 'after'])
    },
  },
  {
    name: 'sends nothing to end a transaction in which nothing was sent',
    body: async stage => {
      const producer = stage.kafka.producer({ transactionalId: stage.name('transaction') })
      const requests: string[] = []
      producer.on(producer.events.REQUEST, ({ payload }) => void requests.push(payload.apiName))
      await stage.connected(producer)
      for (const end of ['commit', 'abort'] as const) await (await producer.transaction())[end]()
      expect(requests).toContain('InitProducerId')
      expect(requests).not.toContain('EndTxn')
    },
  },
  {
    name: 'has no use for a producer any more whose transaction could not be ended',
    body: async stage => {
      const topic = await stage.topic()
      const transactionalId = stage.name('transaction')
      const older = await stage.transactional({ transactionalId })
      const transaction = await older.transaction()
      await transaction.send({ topic, messages: [{ value: 'a' }] })
      const newer = await stage.transactional({ transactionalId })
      await newer.transaction()
      expect(await refusal(transaction.abort())).toMatchObject({ type: 'INVALID_PRODUCER_EPOCH' })
      await expect(older.transaction()).rejects.toThrow('Cannot call "beginTransaction" in state "ABORTING"')
    },
  },
  {
    name: 'takes a message once, with its offset, whether a transaction aborts or not',
    body: async stage => {
      const [orders, answers] = [await stage.topicWith('a'), await stage.topic()]
      const groupId = stage.name('group')
      const producer = await stage.transactional()
      const consumer = await stage.subscribed(orders, { groupId })
      let attempts = 0
      await consumer.run({
        autoCommit: false,
        eachMessage: async ({ topic, partition, message }) => {
          attempts++
          const transaction = await producer.transaction()
          await transaction.send({ topic: answers, messages: [{ value: `answer ${attempts}` }] })
          const offset = String(Number(message.offset) + 1)
          await transaction.sendOffsets({
            consumerGroupId: groupId,
            topics: [{ topic, partitions: [{ partition, offset }] }],
          })
          if (attempts > 1) return transaction.commit()
          await transaction.abort()
          throw new Error('not now')
        },
      })
      const seen = await stage.read(answers)
      await stage.until('the answer has arrived', () => seen.length > 0)
      expect(valuesOf(seen)).toEqual(['answer 2'])
      await stage.until(
        'the offset is committed',
        async () => (await stage.committed(groupId, orders)) === '1',
      )
    },
  },
  {
    name: 'lets what a group has committed in the meantime stand against an older offset of a transaction',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b')
      const groupId = stage.name('group')
      const producer = await stage.transactional()
      const transaction = await producer.transaction()
      const topics = [{ topic, partitions: [{ partition: 0, offset: '1' }] }]
      await transaction.sendOffsets({ consumerGroupId: groupId, topics })
      await stage.read(topic, { groupId })
      await stage.until('the group has', async () => (await stage.committed(groupId, topic)) === '2')
      await transaction.commit()
      await stage.sleep(500)
      expect(await stage.committed(groupId, topic)).toBe('2')
    },
  },
  {
    name: 'refuses offsets that come before the transaction before is done with; messages it sends again',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const producer = await stage.transactional()
      const topics = [{ topic, partitions: [{ partition: 0, offset: '1' }] }]
      const refused = new Set<string | undefined>()
      for (let round = 0; round < 20; round++) {
        const sending = await producer.transaction()
        await sending.send({ topic, messages: [{ value: String(round) }] })
        await sending.commit()
        const committing = await producer.transaction()
        const sent = committing.sendOffsets({ consumerGroupId: stage.name('group'), topics })
        const { type } = await refusal(sent)
        if (type !== undefined) refused.add(type)
        await committing.abort()
      }
      // A real broker is sometimes fast enough, but not twenty times.
      expect([...refused]).toEqual(['CONCURRENT_TRANSACTIONS'])
    },
  },
  {
    name: 'does not begin a transaction with a timeout that the broker does not allow',
    body: async stage => {
      for (const transactionTimeout of [0, 1_000_000]) {
        const producer = await stage.transactional({ transactionTimeout })
        expect(await refusal(producer.transaction())).toMatchObject({ type: 'INVALID_TRANSACTION_TIMEOUT' })
      }
    },
  },
]
