/**
 * The Kafka contract: what producers may rely on.
 */
import kafkajs from 'kafkajs'
import { expect } from 'vitest'
import type { Case } from './stage.ts'

export const producing: readonly Case[] = [
  {
    name: 'sends messages with the same key to the partition that murmur2 gives',
    body: async stage => {
      const topic = await stage.topic(5)
      const producer = await stage.producer()
      // Kafka's Utils.toPositive(Utils.murmur2(key)) % 5: murmur2 is 971027396 for '0', -1993445489 for '1' and so on.
      const expected: Record<string, number> = { '0': 1, '1': 4, '128': 3, '2187': 0, '16384': 1, '78125': 4 }
      for (const [key, partition] of Object.entries(expected)) {
        const [metadata] = await producer.send({ topic, messages: [{ key, value: 'x' }] })
        expect([key, metadata!.partition]).toEqual([key, partition])
      }
    },
  },
  {
    name: 'prefers an explicit partition over the key',
    body: async stage => {
      const topic = await stage.topic(3)
      const producer = await stage.producer()
      const [metadata] = await producer.send({ topic, messages: [{ key: 'a', value: 'x', partition: 2 }] })
      expect(metadata!.partition).toBe(2)
    },
  },
  {
    name: 'spreads messages without a key round-robin over the partitions',
    body: async stage => {
      const topic = await stage.topic(3)
      const producer = await stage.producer()
      const partitions: number[] = []
      for (let index = 0; index < 6; index++) {
        const [metadata] = await producer.send({ topic, messages: [{ value: 'x' }] })
        partitions.push(metadata!.partition)
      }
      expect(partitions.slice(0, 3).sort()).toEqual([0, 1, 2])
      expect(partitions.slice(3)).toEqual(partitions.slice(0, 3))
    },
  },
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
    name: 'carries keys, values, headers and timestamps as bytes, and does not look back at the sender’s objects',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer()
      const value = Buffer.from([0xff, 0x00, 0x80])
      const headers = { text: 'ä', bytes: Buffer.from([1, 2]), many: ['a', 'b'] }
      const sent = producer.send({
        topic,
        messages: [{ key: 'schlüssel', value, headers, timestamp: '1700000000000' }],
      })
      await sent
      value.fill(0)
      const consumer = await stage.consumer({ groupId: stage.name('group') })
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      const messages: kafkajs.KafkaMessage[] = []
      await consumer.run({ eachMessage: async ({ message }) => void messages.push(message) })
      await stage.until('the message has arrived', () => messages.length === 1)
      const [message] = messages
      expect(message!.key).toEqual(Buffer.from('schlüssel'))
      expect(message!.value).toEqual(Buffer.from([0xff, 0x00, 0x80]))
      expect(message!.headers).toEqual({
        text: Buffer.from('ä'),
        bytes: Buffer.from([1, 2]),
        many: [Buffer.from('a'), Buffer.from('b')],
      })
      expect(message).toMatchObject({ timestamp: '1700000000000', offset: '0', attributes: 0 })
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
    name: 'refuses a message that is larger than the topic allows, without retrying',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer()
      await expect(
        producer.send({ topic, messages: [{ value: 'x'.repeat(1_100_000) }] }),
      ).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' })
    },
  },
  {
    name: 'has no codec for Snappy',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer()
      const compression = kafkajs.CompressionTypes.Snappy
      await expect(producer.send({ topic, compression, messages: [{ value: 'x' }] })).rejects.toThrow(
        'Snappy compression not implemented',
      )
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
    name: 'gives an idempotent producer consecutive offsets over many sends',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer({ idempotent: true, maxInFlightRequests: 1 })
      const offsets: (string | undefined)[] = []
      for (let index = 0; index < 5; index++) {
        const [metadata] = await producer.send({ topic, messages: [{ value: String(index) }] })
        offsets.push(metadata!.baseOffset)
      }
      expect(offsets).toEqual(['0', '1', '2', '3', '4'])
      expect(producer.isIdempotent()).toBe(true)
    },
  },
]
