/**
 * The Kafka contract: the events by which a client says what it does.
 */
import { expect } from 'vitest'
import type { Case, Stage } from './stage.ts'

/** The requests of a consumer, a transactional producer and an admin client, by name, with their sizes. */
async function requestsOf(stage: Stage): Promise<Map<string, number>> {
  const topic = await stage.topicWith('a')
  const groupId = stage.name('group')
  const sizes = new Map<string, number>()
  const note = ({ payload }: { payload: { apiName: string; size: number } }) => {
    sizes.set(payload.apiName, payload.size)
  }
  const consumer = stage.kafka.consumer({ groupId, maxWaitTimeInMs: 250 })
  consumer.on(consumer.events.REQUEST, note)
  await stage.connected(consumer)
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({ eachMessage: async () => {} })
  await stage.until('it is committed', () => sizes.has('OffsetCommit'))
  const producer = stage.kafka.producer({ transactionalId: stage.name('transaction') })
  producer.on(producer.events.REQUEST, note)
  await stage.connected(producer)
  const transaction = await producer.transaction()
  await transaction.send({ topic, messages: [{ value: 'b' }] })
  await transaction.commit()
  const admin = stage.kafka.admin()
  admin.on(admin.events.REQUEST, note)
  await stage.connected(admin)
  await admin.describeGroups([groupId])
  return sizes
}

const REQUESTS = [
  'AddPartitionsToTxn',
  'DescribeGroups',
  'EndTxn',
  'Fetch',
  'InitProducerId',
  'JoinGroup',
  'OffsetCommit',
  'OffsetFetch',
  'Produce',
  'SyncGroup',
]

export const announcing: readonly Case[] = [
  {
    name: 'announces what it does',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const groupId = stage.name('group')
      const consumer = stage.kafka.consumer({ groupId, heartbeatInterval: 100, maxWaitTimeInMs: 200 })
      const events: string[] = []
      const payloads: Record<string, object> = {}
      let heartbeats = 0
      const { GROUP_JOIN, FETCH_START, FETCH, START_BATCH_PROCESS, END_BATCH_PROCESS } = consumer.events
      const { COMMIT_OFFSETS, CONNECT, DISCONNECT, STOP, HEARTBEAT } = consumer.events
      const note = ({ type, payload }: { type: string; payload: object }) => {
        payloads[type] ??= payload
        if (type === 'consumer.connect' || events.at(-1) !== type) events.push(type)
      }
      consumer.on(CONNECT, note)
      consumer.on(GROUP_JOIN, note)
      consumer.on(FETCH_START, note)
      consumer.on(FETCH, note)
      consumer.on(START_BATCH_PROCESS, note)
      consumer.on(END_BATCH_PROCESS, note)
      consumer.on(COMMIT_OFFSETS, note)
      consumer.on(STOP, note)
      consumer.on(DISCONNECT, note)
      // They come when they are due, wherever the consumer is.
      consumer.on(HEARTBEAT, () => void heartbeats++)
      await stage.connected(consumer)
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      await consumer.run({ eachMessage: async () => {} })
      await stage.until('it has committed', () => events.includes('consumer.commit_offsets'))
      await stage.until('a heartbeat was sent', () => heartbeats > 0)
      await consumer.disconnect()
      // connect() and run() both announce a connection.
      expect(events.slice(0, 8)).toEqual([
        'consumer.connect',
        'consumer.connect',
        'consumer.group_join',
        'consumer.fetch_start',
        'consumer.fetch',
        'consumer.start_batch_process',
        'consumer.end_batch_process',
        'consumer.commit_offsets',
      ])
      expect(events.slice(-2)).toEqual(['consumer.stop', 'consumer.disconnect'])
      expect(payloads['consumer.group_join']).toMatchObject({
        groupId,
        isLeader: true,
        groupProtocol: 'RoundRobinAssigner',
        memberAssignment: { [topic]: [0] },
      })
      expect(payloads['consumer.start_batch_process']).toMatchObject({
        topic,
        partition: 0,
        highWatermark: '1',
        offsetLag: '0',
        offsetLagLow: '0',
        batchSize: 1,
        firstOffset: '0',
        lastOffset: '0',
      })
    },
  },
  {
    name: 'announces its requests',
    body: async stage => {
      const names = [...(await requestsOf(stage)).keys()]
      // They may come or not, by when something falls due.
      const always = names.filter(name => name !== 'Heartbeat' && name !== 'ListOffsets').sort()
      return always
    },
    sees: {
      simulator: REQUESTS,
      realBroker: ['ApiVersions', 'GroupCoordinator', 'Metadata', ...REQUESTS].sort(),
    },
  },
  {
    name: 'announces the size of what it was answered',
    body: async stage => {
      const sizes = [...(await requestsOf(stage)).values()]
      expect(new Set(sizes.map(size => size > 0)).size).toBe(1)
      return sizes[0]! > 0
    },
    sees: { simulator: false, realBroker: true },
  },
]
