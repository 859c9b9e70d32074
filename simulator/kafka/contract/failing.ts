/**
 * The Kafka contract: what happens to a consumer whose handler fails.
 */
import type { Consumer } from 'kafkajs'
import { expect } from 'vitest'
import type { Case, Stage } from './stage.ts'

/** Records STOP, DISCONNECT and CRASH in the order they come. */
function watch(consumer: Consumer): { events: string[]; crashes: { name: string; restart: boolean }[] } {
  const events: string[] = []
  const crashes: { name: string; restart: boolean }[] = []
  const { STOP, DISCONNECT, CRASH } = consumer.events
  consumer.on(STOP, () => void events.push('stop'))
  consumer.on(DISCONNECT, () => void events.push('disconnect'))
  consumer.on(CRASH, ({ payload }) => {
    events.push('crash')
    crashes.push({ name: payload.error.name, restart: payload.restart })
  })
  return { events, crashes }
}

async function failing(stage: Stage, topic: string, config: object, handler: (value: string) => void) {
  const groupId = stage.name('group')
  const consumer = await stage.consumer({ groupId, ...config })
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  const watched = watch(consumer)
  await consumer.run({ eachMessage: async ({ message }) => handler(String(message.value)) })
  return { groupId, consumer, ...watched }
}

export const failingHandlers: readonly Case[] = [
  {
    name: 'commits what was handled before the failure, and hands over the failed message again',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c')
      const seen: string[] = []
      const { groupId } = await failing(stage, topic, {}, value => {
        seen.push(value)
        if (value === 'b' && seen.length === 2) throw new Error('not now')
      })
      await stage.until(
        'the first is committed',
        async () => (await stage.committed(groupId, topic)) !== '-1',
      )
      await stage.until('all have arrived', () => seen.length === 4)
      expect(seen).toEqual(['a', 'b', 'b', 'c'])
    },
  },
  {
    name: 'tries six times, then stops, disconnects, crashes, and starts again',
    body: async stage => {
      const topic = await stage.topicWith('poison')
      let attempts = 0
      const startedAt = Date.now()
      const attemptedAt: number[] = []
      const { events, crashes } = await failing(stage, topic, {}, () => {
        attempts++
        attemptedAt.push(Date.now() - startedAt)
        throw new Error('never')
      })
      await stage.until('it has crashed', () => crashes.length === 1)
      expect(attempts).toBe(6)
      expect(events).toEqual(['stop', 'disconnect', 'crash'])
      expect(crashes).toEqual([{ name: 'KafkaJSNumberOfRetriesExceeded', restart: true }])
      // Nominally 300, 600, 1200, 2400 and 4800 ms, each wait with 20 % jitter on top of the one before.
      const waits = attemptedAt.slice(1).map((at, index) => at - attemptedAt[index]!)
      waits.forEach((wait, index) => {
        const nominal = 300 * 2 ** index
        expect(wait).toBeGreaterThan(nominal * 0.8 ** (index + 1))
        expect(wait).toBeLessThan(nominal * 1.2 ** (index + 1) + 250)
      })
      await stage.until('it tries again', () => attempts > 6)
    },
  },
  {
    name: 'does not start again when restartOnFailure says no',
    body: async stage => {
      const topic = await stage.topicWith('poison')
      let attempts = 0
      const retry = { retries: 1, initialRetryTime: 100, restartOnFailure: async () => false }
      const { crashes } = await failing(stage, topic, { retry }, () => {
        attempts++
        throw new Error('never')
      })
      await stage.until('it has crashed', () => crashes.length === 1)
      expect(crashes).toEqual([{ name: 'KafkaJSNumberOfRetriesExceeded', restart: false }])
      await stage.sleep(3_000)
      expect(attempts).toBe(2)
    },
  },
  {
    name: 'takes a TypeError for a bug: no retry, no restart',
    body: async stage => {
      const topic = await stage.topicWith('poison')
      let attempts = 0
      const { crashes } = await failing(stage, topic, {}, () => {
        attempts++
        throw new TypeError('a bug')
      })
      await stage.until('it has crashed', () => crashes.length === 1)
      expect(crashes).toEqual([{ name: 'KafkaJSNonRetriableError', restart: false }])
      await stage.sleep(3_000)
      expect(attempts).toBe(1)
    },
  },
  {
    name: 'takes a text that is thrown for an ordinary failure, and undefined for a bug',
    body: async stage => {
      const topic = await stage.topicWith('poison')
      const retry = { retries: 1, initialRetryTime: 100 }
      let attempts = 0
      await failing(stage, topic, { retry }, () => {
        attempts++
        if (attempts === 1) throw 'not now'
      })
      await stage.until('it is tried again', () => attempts === 2)
      const { crashes } = await failing(stage, topic, { retry }, () => {
        throw undefined
      })
      await stage.until('it has crashed', () => crashes.length === 1)
      expect(crashes).toEqual([{ name: 'KafkaJSNonRetriableError', restart: false }])
    },
  },
]
