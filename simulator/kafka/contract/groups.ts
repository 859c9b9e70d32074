/**
 * The Kafka contract: consumer groups and their members.
 */
import type { Consumer, PartitionAssigner } from 'kafkajs'
import { expect } from 'vitest'
import { type Case, refusal, type Seen, type Stage, seenOf, valuesOf } from './stage.ts'

interface Running {
  readonly consumer: Consumer
  readonly seen: Seen[]
  readonly assigned: () => number[]
}

async function member(stage: Stage, topic: string, groupId: string, clientId: string): Promise<Running> {
  const consumer = await stage.subscribed(topic, { groupId, heartbeatInterval: 300 }, clientId)
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
    name: 'loses nothing and repeats nothing when a member joins while another is in the middle of a batch',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c', 'd', 'e', 'f')
      const groupId = stage.name('group')
      const values: string[] = []
      const first = await stage.subscribed(topic, { groupId, heartbeatInterval: 300 }, 'first')
      let rebalances = 0
      first.on(first.events.REBALANCING, () => void rebalances++)
      await first.run({
        eachMessage: async ({ message }) => {
          values.push(String(message.value))
          await stage.sleep(400)
        },
      })
      await stage.until('the first is at work', () => values.length === 1)
      const second = await member(stage, topic, groupId, 'second')
      const all = () => [...values, ...valuesOf(second.seen)]
      await stage.until('all have arrived', () => all().length >= 6)
      await stage.sleep(1_000)
      expect([rebalances, all().sort()]).toEqual([1, ['a', 'b', 'c', 'd', 'e', 'f']])
    },
  },
  {
    name: 'hands over again after a rebalance what was read and not committed',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c')
      const groupId = stage.name('group')
      const values: string[] = []
      for (const clientId of ['first', 'second']) {
        const consumer = await stage.subscribed(topic, { groupId, heartbeatInterval: 300 }, clientId)
        await consumer.run({
          autoCommit: false,
          eachMessage: async ({ message }) => void values.push(String(message.value)),
        })
        const count = values.length + 3
        await stage.until('all have arrived', () => values.length === count)
      }
      expect(values).toEqual(['a', 'b', 'c', 'a', 'b', 'c'])
    },
  },
  {
    name: 'tells a handler of a rebalance when it sends a heartbeat',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const groupId = stage.name('group')
      const consumer = await stage.subscribed(topic, { groupId, heartbeatInterval: 300 })
      let started = false
      let refused: object | undefined
      await consumer.run({
        eachMessage: async ({ heartbeat }) => {
          started = true
          for (let attempt = 0; attempt < 20 && refused === undefined; attempt++) {
            await stage.sleep(400)
            const { name, type } = await refusal(heartbeat())
            if (type !== undefined) refused = { name, type }
          }
        },
      })
      await stage.until('the handler is at work', () => started)
      // It waits for the other member, so it cannot be waited for.
      const joining = member(stage, topic, groupId, 'second')
      await stage.until('the handler has heard', () => refused !== undefined)
      expect(refused).toEqual({ name: 'KafkaJSProtocolError', type: 'REBALANCE_IN_PROGRESS' })
      await joining
    },
  },
  {
    name: 'leaves partitions unread when the members of a group want different topics',
    body: async stage => {
      const [one, other] = [await stage.topic(2), await stage.topic(2)]
      const groupId = stage.name('group')
      const first = await member(stage, one, groupId, 'first')
      await stage.until('the first has all', () => first.assigned().length === 2)
      const second = await member(stage, other, groupId, 'second')
      await stage.until('the first has to share', () => first.assigned().length === 1)
      const producer = await stage.producer()
      for (const topic of [one, other]) {
        await producer.send({ topic, messages: [0, 1].map(partition => ({ partition, value: 'x' })) })
      }
      await stage.until('something has arrived', () => first.seen.length > 0)
      await stage.sleep(1_500)
      // The first is the leader and deals out what it wants itself, also to the one that does not want it.
      expect([first.seen.length, second.seen.length]).toEqual([1, 0])
    },
  },
  {
    name: 'crashes a member whose assignment strategy the others do not know',
    body: async stage => {
      const topic = await stage.topic()
      const groupId = stage.name('group')
      const { assigned } = await member(stage, topic, groupId, 'first')
      await stage.until('the first has joined', () => assigned().length === 1)
      const ownWay: PartitionAssigner = () => ({
        name: 'OwnWay',
        version: 1,
        assign: async () => [],
        protocol: () => ({ name: 'OwnWay', metadata: Buffer.alloc(0) }),
      })
      const consumer = await stage.subscribed(topic, { groupId, partitionAssigners: [ownWay] })
      const crash = new Promise<Error>(resolve => {
        consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error))
      })
      await consumer.run({ eachMessage: async () => {} })
      expect(await crash).toMatchObject({ type: 'INCONSISTENT_GROUP_PROTOCOL' })
    },
  },
]
