/**
 * The Kafka contract: what producers may rely on.
 */
import { expect } from 'vitest'
import { type Case, refusal } from './stage.ts'

export const producing: readonly Case[] = [
  {
    name: 'answers a send with one entry per partition and the offset of its first message',
    body: async stage => {
      const topic = await stage.topic(2)
      const producer = await stage.producer()
      const messages = [0, 1, 0].map(partition => ({ value: 'x', partition }))
      await producer.send({ topic, messages })
      const second = await producer.send({ topic, messages })
      expect([...second].sort((left, right) => left.partition - right.partition)).toEqual([
        {
          topicName: topic,
          partition: 0,
          errorCode: 0,
          baseOffset: '2',
          logAppendTime: '-1',
          logStartOffset: '0',
        },
        {
          topicName: topic,
          partition: 1,
          errorCode: 0,
          baseOffset: '1',
          logAppendTime: '-1',
          logStartOffset: '0',
        },
      ])
    },
  },
  {
    name: 'answers a send without acknowledgement with nothing, and the message arrives',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer()
      expect(await producer.send({ topic, acks: 0, messages: [{ value: 'x' }] })).toEqual([])
      const seen = await stage.read(topic)
      await stage.until('the message has arrived', () => seen.length === 1)
    },
  },
  {
    name: 'refuses a message without a value, and takes null for a tombstone',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer()
      const missing = { key: 'a' } as unknown as { key: string; value: string }
      await expect(producer.send({ topic, messages: [missing] })).rejects.toThrow(/without value/)
      await producer.send({ topic, messages: [{ key: 'a', value: null }] })
      const seen = await stage.read(topic)
      await stage.until('the tombstone has arrived', () => seen.length === 1)
      expect(seen[0]).toMatchObject({ key: 'a', value: null })
    },
  },
  {
    name: 'sends to several topics at once',
    body: async stage => {
      const [first, second] = [await stage.topic(), await stage.topic()]
      const producer = await stage.producer()
      const metadata = await producer.sendBatch({
        topicMessages: [
          { topic: first, messages: [{ value: 'a' }] },
          { topic: second, messages: [{ value: 'b' }, { value: 'c' }] },
        ],
      })
      expect(metadata.map(({ topicName }) => topicName).sort()).toEqual([first, second].sort())
      const seen = await stage.read(second)
      await stage.until('both messages have arrived', () => seen.length === 2)
    },
  },
  {
    name: 'refuses to send before it is connected and after it is disconnected',
    body: async stage => {
      const topic = await stage.topic()
      const producer = stage.kafka.producer()
      const send = () => producer.send({ topic, messages: [{ value: 'x' }] })
      await expect(send()).rejects.toThrow('The producer is disconnected')
      await producer.connect()
      await send()
      await producer.disconnect()
      await expect(send()).rejects.toThrow('The producer is disconnected')
    },
  },
  {
    name: 'announces connecting, requests and disconnecting',
    body: async stage => {
      const topic = await stage.topic()
      const producer = stage.kafka.producer()
      const events: string[] = []
      producer.on(producer.events.CONNECT, ({ type }) => void events.push(type))
      producer.on(producer.events.DISCONNECT, ({ type }) => void events.push(type))
      producer.on(producer.events.REQUEST, ({ payload }) => {
        if (payload.apiName === 'Produce') events.push('produce')
      })
      await producer.connect()
      await producer.send({ topic, messages: [{ value: 'x' }] })
      await producer.disconnect()
      expect(events).toEqual(['producer.connect', 'produce', 'producer.disconnect'])
    },
  },
  {
    name: 'refuses acknowledgements other than from nobody, the leader or all',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer()
      expect(await refusal(producer.send({ topic, acks: 2, messages: [{ value: 'x' }] }))).toEqual({
        name: 'KafkaJSProtocolError',
        type: 'INVALID_REQUIRED_ACKS',
      })
    },
  },
  {
    name: 'sends nothing when there is nothing to send',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer()
      expect(await producer.send({ topic, messages: [] })).toEqual([])
      expect(await producer.sendBatch({ topicMessages: [] })).toEqual([])
    },
  },
  {
    name: 'makes a topic that it sends to',
    body: async stage => {
      const topic = stage.name('made-on-demand')
      await stage.send(topic, 'a')
      const admin = await stage.admin()
      expect(await admin.listTopics()).toContain(topic)
      expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ partition: 0, high: '1' }])
    },
  },
  {
    name: 'gives up on a topic that it may not make, after its retries',
    body: async stage => {
      const producer = await stage.producer({ allowAutoTopicCreation: false })
      const sent = producer.send({ topic: stage.name('never-made'), messages: [{ value: 'a' }] })
      await expect(sent).rejects.toMatchObject({
        name: 'KafkaJSNumberOfRetriesExceeded',
        retryCount: 5,
        cause: { name: 'KafkaJSProtocolError', type: 'UNKNOWN_TOPIC_OR_PARTITION' },
      })
    },
  },
]
