/**
 * The Kafka contract: consumer groups, their members and their events.
 */
import type { Consumer } from 'kafkajs'
import { expect } from 'vitest'
import { type Case, type Seen, type Stage, seenOf } from './stage.ts'

interface Running {
  readonly consumer: Consumer
  readonly seen: Seen[]
  readonly assigned: () => number[]
}

async function member(
  stage: Stage,
  topic: string,
  groupId: string,
  clientId: string,
  config = {},
): Promise<Running> {
  const consumer = await stage.consumer(
    { groupId, maxWaitTimeInMs: 300, heartbeatInterval: 300, ...config },
    clientId,
  )
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  const seen: Seen[] = []
  let assigned: number[] = []
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    assigned = payload.memberAssignment[topic] ?? []
  })
  await consumer.run({ eachMessage: async payload => void seen.push(seenOf(payload)) })
  return { consumer, seen, assigned: () => assigned }
}

export const groups: readonly Case[] = [
  {
    name: 'shares the partitions among two members, and gives them back to the one that stays',
    body: async stage => {
      const topic = await stage.topic(4)
      const groupId = stage.name('group')
      const first = await member(stage, topic, groupId, 'first')
      await stage.until('the first has all', () => first.assigned().length === 4)
      const second = await member(stage, topic, groupId, 'second')
      await stage.until('they share', () => first.assigned().length === 2 && second.assigned().length === 2)
      expect([...first.assigned(), ...second.assigned()].sort()).toEqual([0, 1, 2, 3])
      const producer = await stage.producer()
      await producer.send({ topic, messages: [0, 1, 2, 3].map(partition => ({ value: 'x', partition })) })
      await stage.until('all have arrived', () => first.seen.length + second.seen.length === 4)
      expect(first.seen.map(({ partition }) => partition).sort()).toEqual([...first.assigned()].sort())
      await second.consumer.disconnect()
      await stage.until('the first has all again', () => first.assigned().length === 4)
    },
  },
  {
    name: 'lets two groups read the same messages independently',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b')
      const [one, other] = [await stage.read(topic), await stage.read(topic)]
      await stage.until('both have read all', () => one.length === 2 && other.length === 2)
    },
  },
  {
    name: 'stops after the current message and leaves the group',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b')
      const groupId = stage.name('group')
      const consumer = await stage.consumer({ groupId, maxWaitTimeInMs: 300 })
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      let started = 0
      let finished = 0
      await consumer.run({
        eachMessage: async () => {
          started++
          await stage.sleep(200)
          finished++
        },
      })
      await stage.until('it is at work', () => started === 1)
      await consumer.stop()
      expect([started, finished]).toEqual([1, 1])
      expect(await stage.committed(groupId, topic)).toBe('1')
      const admin = await stage.admin()
      const { groups: described } = await admin.describeGroups([groupId])
      expect(described[0]).toMatchObject({ state: 'Empty', members: [] })
    },
  },
  {
    name: 'announces what it does',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const groupId = stage.name('group')
      const consumer = stage.kafka.consumer({ groupId, heartbeatInterval: 100, maxWaitTimeInMs: 200 })
      const events: string[] = []
      const { GROUP_JOIN, FETCH_START, FETCH, START_BATCH_PROCESS, END_BATCH_PROCESS } = consumer.events
      const { COMMIT_OFFSETS, CONNECT, DISCONNECT, STOP, HEARTBEAT } = consumer.events
      const note = (event: { type: string }) => {
        if (events.at(-1) !== event.type) events.push(event.type)
      }
      consumer.on(CONNECT, ({ type }) => void events.push(type))
      consumer.on(GROUP_JOIN, event => {
        note(event)
        expect(event.payload).toMatchObject({
          groupId,
          isLeader: true,
          groupProtocol: 'RoundRobinAssigner',
          memberAssignment: { [topic]: [0] },
        })
      })
      consumer.on(FETCH_START, note)
      consumer.on(FETCH, note)
      consumer.on(START_BATCH_PROCESS, event => {
        note(event)
        expect(event.payload).toMatchObject({
          topic,
          partition: 0,
          highWatermark: '1',
          offsetLag: '0',
          offsetLagLow: '0',
          batchSize: 1,
          firstOffset: '0',
          lastOffset: '0',
        })
      })
      consumer.on(END_BATCH_PROCESS, note)
      consumer.on(COMMIT_OFFSETS, note)
      consumer.on(HEARTBEAT, note)
      consumer.on(STOP, note)
      consumer.on(DISCONNECT, note)
      await stage.connected(consumer)
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      await consumer.run({ eachMessage: async () => {} })
      await stage.until('a heartbeat was sent', () => events.includes('consumer.heartbeat'))
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
    },
  },
  {
    name: 'describes its own group',
    body: async stage => {
      const topic = await stage.topic()
      const groupId = stage.name('group')
      const { consumer, assigned } = await member(stage, topic, groupId, 'tester')
      await stage.until('it has joined', () => assigned().length === 1)
      expect(await consumer.describeGroup()).toMatchObject({
        groupId,
        state: 'Stable',
        protocolType: 'consumer',
      })
    },
  },
  {
    name: 'expels a member whose handler outlives its session without a heartbeat, and its messages come again',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const groupId = stage.name('group')
      const consumer = await stage.consumer({ groupId, sessionTimeout: 6_000, heartbeatInterval: 2_000 })
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      let deliveries = 0
      await consumer.run({
        eachMessage: async () => {
          deliveries++
          if (deliveries === 1) await stage.sleep(9_000)
        },
      })
      await stage.until('it came again', () => deliveries === 2)
    },
  },
  {
    name: 'keeps a member whose long handler sends heartbeats',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const groupId = stage.name('group')
      const consumer = await stage.consumer({ groupId, sessionTimeout: 6_000, heartbeatInterval: 1_000 })
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      let deliveries = 0
      let joins = 0
      consumer.on(consumer.events.GROUP_JOIN, () => void joins++)
      await consumer.run({
        eachMessage: async ({ heartbeat }) => {
          deliveries++
          for (let second = 0; second < 9; second++) {
            await stage.sleep(1_000)
            await heartbeat()
          }
        },
      })
      await stage.until('it is committed', async () => (await stage.committed(groupId, topic)) === '1')
      expect([deliveries, joins]).toEqual([1, 1])
    },
  },
  {
    name: 'does not let a member in whose session timeout the broker does not allow',
    body: async stage => {
      const topic = await stage.topic()
      const config = { groupId: stage.name('group'), sessionTimeout: 1_000, heartbeatInterval: 100 }
      const consumer = await stage.consumer(config)
      await consumer.subscribe({ topics: [topic] })
      const crash = new Promise<Error>(resolve => {
        consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error))
      })
      await consumer.run({ eachMessage: async () => {} })
      expect(await crash).toMatchObject({ type: 'INVALID_SESSION_TIMEOUT' })
    },
  },
]
