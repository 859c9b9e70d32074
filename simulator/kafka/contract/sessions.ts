/**
 * The Kafka contract: members that are silent for longer than their session.
 */
import type { Consumer, EachMessagePayload } from 'kafkajs'
import { expect } from 'vitest'
import { type Case, refusal, type Stage } from './stage.ts'

/** As short as Kafka allows. */
const SHORT_SESSION = { sessionTimeout: 6_000, heartbeatInterval: 1_000 }
const LONGER_THAN_A_SESSION_MS = 9_000

/**
 * A consumer whose first handler outlives its session, and then does something else.
 * @returns what it has been handed, and what came of that
 */
async function slowFirst(
  stage: Stage,
  topic: string,
  act: (payload: EachMessagePayload, consumer: Consumer) => Promise<void>,
) {
  const consumer = await stage.subscribed(topic, SHORT_SESSION)
  const values: string[] = []
  let report = (_: object) => {}
  const slow = new Promise<object>(resolve => {
    report = resolve
  })
  await consumer.run({
    autoCommit: false,
    eachMessage: async payload => {
      values.push(String(payload.message.value))
      if (values.length > 1) return
      await stage.sleep(LONGER_THAN_A_SESSION_MS)
      report(await refusal(act(payload, consumer)))
    },
  })
  return { values, slow }
}

export const sessions: readonly Case[] = [
  {
    name: 'expels a member whose handler outlives its session without a heartbeat, and its messages come again',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const consumer = await stage.subscribed(topic, SHORT_SESSION)
      let deliveries = 0
      await consumer.run({
        eachMessage: async () => {
          deliveries++
          if (deliveries === 1) await stage.sleep(LONGER_THAN_A_SESSION_MS)
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
  {
    name: 'refuses a heartbeat of a member that was expelled, and its messages come again',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b')
      const { values, slow } = await slowFirst(stage, topic, ({ heartbeat }) => heartbeat())
      expect(await slow).toEqual({ name: 'KafkaJSProtocolError', type: 'UNKNOWN_MEMBER_ID' })
      await stage.until('all have come', () => values.length === 3)
      expect(values).toEqual(['a', 'a', 'b'])
    },
  },
  {
    name: 'refuses a commit of a member that was expelled; KafkaJS calls that final',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b')
      const { values, slow } = await slowFirst(stage, topic, (_, consumer) =>
        consumer.commitOffsets([{ topic, partition: 0, offset: '1' }]),
      )
      expect(await slow).toEqual({ name: 'KafkaJSNonRetriableError' })
      // Whoever catches it reads on, once the consumer has joined again.
      await stage.until('all have come', () => values.length === 3)
      expect(values).toEqual(['a', 'a', 'b'])
    },
  },
  {
    name: 'ends for good when the handler lets that refusal pass',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b')
      const consumer = await stage.subscribed(topic, SHORT_SESSION)
      const crashes: object[] = []
      consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
        crashes.push({ name: error.name, restart })
      })
      let deliveries = 0
      await consumer.run({
        autoCommit: false,
        eachMessage: async () => {
          deliveries++
          await stage.sleep(LONGER_THAN_A_SESSION_MS)
          await consumer.commitOffsets([{ topic, partition: 0, offset: '1' }])
        },
      })
      await stage.until('it has crashed', () => crashes.length === 1)
      expect(crashes).toEqual([{ name: 'KafkaJSNonRetriableError', restart: false }])
      await stage.sleep(3_000)
      expect(deliveries).toBe(1)
    },
  },
  {
    name: 'joins again when a batch handler lets the refusal of its own commit pass',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b')
      const groupId = stage.name('group')
      const consumer = await stage.subscribed(topic, { groupId, ...SHORT_SESSION })
      const refused: object[] = []
      let joins = 0
      consumer.on(consumer.events.GROUP_JOIN, () => void joins++)
      await consumer.run({
        eachBatch: async ({ batch, resolveOffset, commitOffsetsIfNecessary, uncommittedOffsets }) => {
          if (joins === 1) await stage.sleep(LONGER_THAN_A_SESSION_MS)
          resolveOffset(batch.messages[0]!.offset)
          const commit = commitOffsetsIfNecessary(uncommittedOffsets())
          const { name, type } = await refusal(commit)
          if (type !== undefined) refused.push({ name, type })
          await commit
        },
      })
      await stage.until('all is committed', async () => (await stage.committed(groupId, topic)) === '2')
      expect(refused).toEqual([{ name: 'KafkaJSProtocolError', type: 'UNKNOWN_MEMBER_ID' }])
      expect(joins).toBe(2)
    },
  },
  {
    name: 'gives the messages of an expelled member to another, while the first is still at them',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b')
      const groupId = stage.name('group')
      const steps: string[] = []
      const slow = await stage.subscribed(topic, { groupId, ...SHORT_SESSION }, 'slow')
      await slow.run({
        eachMessage: async ({ message }) => {
          steps.push(`slow begins ${message.value}`)
          await stage.sleep(LONGER_THAN_A_SESSION_MS)
          steps.push(`slow ends ${message.value}`)
        },
      })
      await stage.until('the slow one is at work', () => steps.length === 1)
      const other = await stage.subscribed(topic, { groupId }, 'other')
      await other.run({ eachMessage: async ({ message }) => void steps.push(`other has ${message.value}`) })
      await stage.until('the slow one has ended', () => steps.length === 4)
      expect(steps).toEqual(['slow begins a', 'other has a', 'other has b', 'slow ends a'])
      await stage.until('both are committed', async () => (await stage.committed(groupId, topic)) === '2')
    },
  },
]
