/**
 * The Kafka contract: where a consumer reads, and how that is changed.
 */
import { expect } from 'vitest'
import { type Case, type Seen, seenOf, valuesOf } from './stage.ts'

export const positions: readonly Case[] = [
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
    name: 'pauses after the current message and resumes where it was',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c')
      const consumer = await stage.subscribed(topic)
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
      const consumer = await stage.subscribed(topic)
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
      const first = await stage.subscribed(topic, { groupId })
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
    name: 'pauses and resumes a topic while the others go on',
    body: async stage => {
      const [paused, other] = [await stage.topicWith('p1'), await stage.topicWith('o1')]
      const consumer = await stage.subscribed([paused, other])
      const values: string[] = []
      await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) })
      await stage.until('both have arrived', () => values.length === 2)
      consumer.pause([{ topic: paused }])
      await stage.send(paused, 'p2')
      await stage.send(other, 'o2')
      await stage.until('the other goes on', () => values.includes('o2'))
      await stage.sleep(600)
      expect(values).toHaveLength(3)
      consumer.resume([{ topic: paused }])
      await stage.until('the rest has arrived', () => values.includes('p2'))
    },
  },
  {
    name: 'makes the rest of a batch stale when it seeks inside it',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c')
      const consumer = await stage.subscribed(topic)
      const steps: string[] = []
      await consumer.run({
        eachBatch: async ({ batch, isStale, resolveOffset }) => {
          for (const message of batch.messages) {
            if (isStale()) {
              steps.push('stale')
              return
            }
            steps.push(String(message.value))
            resolveOffset(message.offset)
            if (steps.length === 2) consumer.seek({ topic, partition: 0, offset: '0' })
          }
        },
      })
      await stage.until('it has read to the end', () => steps.at(-1) === 'c')
      expect(steps).toEqual(['a', 'b', 'stale', 'a', 'b', 'c'])
    },
  },
  {
    name: 'starts from the beginning after a seek beyond the end',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b')
      const consumer = await stage.subscribed(topic)
      const values: string[] = []
      await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) })
      await stage.until('both have arrived', () => values.length === 2)
      consumer.seek({ topic, partition: 0, offset: '99' })
      await stage.until('both have come again', () => values.length === 4)
      expect(values).toEqual(['a', 'b', 'a', 'b'])
    },
  },
  {
    name: 'goes to the end when its offset is out of range and it does not read from the beginning',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b')
      const consumer = await stage.consumer({ groupId: stage.name('group') })
      await consumer.subscribe({ topics: [topic] })
      const values: string[] = []
      const fetching = new Promise(resolve => consumer.on(consumer.events.FETCH_START, resolve))
      await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) })
      await fetching
      consumer.seek({ topic, partition: 0, offset: '99' })
      await stage.sleep(1_000)
      await stage.send(topic, 'c')
      await stage.until('it goes on', () => values.length > 0)
      expect(values).toEqual(['c'])
    },
  },
]
