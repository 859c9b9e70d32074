/**
 * The Kafka contract: what a message can carry, and how large it may be.
 */
import kafkajs, { type Message } from 'kafkajs'
import { expect } from 'vitest'
import { type Case, refusal } from './stage.ts'

/** What TypeScript would not let through, but JavaScript does. */
const asMessage = (message: object) => message as Message
const A_TYPE_ERROR = { name: 'TypeError' }
const HOUR_MS = 3_600_000

export const encoding: readonly Case[] = [
  {
    name: 'carries keys, values, headers and timestamps as bytes, and does not look back at the sender’s objects',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer()
      const value = Buffer.from([0xff, 0x00, 0x80])
      const headers = { text: 'ä', bytes: Buffer.from([1, 2]), many: ['a', 'b'] }
      await producer.send({
        topic,
        messages: [{ key: 'schlüssel', value, headers, timestamp: '1700000000000' }],
      })
      value.fill(0)
      await stage.send(topic, 'end')
      const [message] = await stage.readAll(topic)
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
    name: 'tells null from empty, in keys as in values',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer()
      const messages = [{ key: '', value: '' }, { key: null, value: null }, asMessage({ value: '' })]
      await producer.send({ topic, messages: [...messages, { value: 'end' }] })
      const empty = Buffer.alloc(0)
      expect((await stage.readAll(topic)).map(({ key, value }) => [key, value])).toEqual([
        [empty, empty],
        [null, null],
        [null, empty],
      ])
    },
  },
  {
    name: 'hands over a list of one header value as that value, and an empty list as no header',
    body: async stage => {
      const topic = await stage.topic()
      const headers = { one: ['x'], none: [], two: ['x', 'y'] }
      await (await stage.producer()).send({ topic, messages: [{ value: 'a', headers }, { value: 'end' }] })
      const [message] = await stage.readAll(topic)
      const [x, y] = [Buffer.from('x'), Buffer.from('y')]
      expect(message!.headers).toEqual({ one: x, two: [x, y] })
    },
  },
  {
    name: 'refuses keys, values and headers that are neither text nor bytes',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer()
      const refused = (message: object) => refusal(producer.send({ topic, messages: [asMessage(message)] }))
      expect(await refused({ value: { id: 'order-7' } })).toEqual(A_TYPE_ERROR)
      expect(await refused({ value: 7 })).toEqual(A_TYPE_ERROR)
      expect(await refused({ key: 7, value: 'a' })).toEqual(A_TYPE_ERROR)
      expect(await refused({ key: ['order-7'], value: 'a' })).toEqual(A_TYPE_ERROR)
      for (const header of [null, undefined, 7, [7]]) {
        expect(await refused({ value: 'a', headers: { header } })).toEqual(A_TYPE_ERROR)
      }
      const invalid = { name: 'KafkaJSProtocolError', type: 'INVALID_RECORD' }
      expect(await refused({ value: new Uint8Array([1, 2]) })).toEqual(invalid)
      await stage.send(topic, 'end')
      expect(await stage.readAll(topic)).toEqual([])
    },
  },
  {
    name: 'stamps a message with the producer’s clock unless it brings a timestamp of its own',
    body: async stage => {
      const topic = await stage.topic()
      const before = Date.now()
      await stage.send(topic, 'stamped')
      const after = Date.now()
      const producer = await stage.producer()
      await producer.send({ topic, messages: [{ value: 'a', timestamp: '0' }, { value: 'end' }] })
      const [stamped, own] = await stage.readAll(topic)
      expect(Number(stamped!.timestamp)).toBeGreaterThanOrEqual(before)
      expect(Number(stamped!.timestamp)).toBeLessThanOrEqual(after)
      expect(own!.timestamp).toBe('0')
    },
  },
  {
    name: 'refuses a timestamp that is no whole number, or more than an hour ahead of the broker',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer()
      const sent = (timestamp: string) =>
        refusal(producer.send({ topic, messages: [{ value: 'a', timestamp }] }))
      expect(await sent(new Date(0).toISOString())).toEqual({ name: 'SyntaxError' })
      expect(await sent('1.5')).toEqual({ name: 'SyntaxError' })
      expect(await sent(String(Date.now() + HOUR_MS / 2))).toEqual({ name: 'not refused' })
      expect(await sent(String(Date.now() + 2 * HOUR_MS))).toEqual({
        name: 'KafkaJSProtocolError',
        type: 'INVALID_TIMESTAMP',
      })
    },
  },
  {
    name: 'refuses a batch that is larger than the topic allows, without retrying',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer()
      const send = (count: number, length: number) => {
        const value = 'x'.repeat(length)
        return refusal(producer.send({ topic, messages: Array.from({ length: count }, () => ({ value })) }))
      }
      const tooLarge = { name: 'KafkaJSProtocolError', type: 'MESSAGE_TOO_LARGE' }
      // Kafka's limit of 1,048,588 bytes is for a batch, whose header takes 61 and each message some ten.
      expect(await send(1, 1_048_510)).toEqual({ name: 'not refused' })
      expect(await send(1, 1_048_520)).toEqual(tooLarge)
      expect(await send(1_000, 1_030)).toEqual({ name: 'not refused' })
      expect(await send(1_000, 1_040)).toEqual(tooLarge)
    },
  },
  {
    name: 'reads what was compressed with gzip as it was sent',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer()
      const messages = [{ key: 'k', value: 'a', headers: { h: 'x' } }, { value: 'end' }]
      await producer.send({ topic, compression: kafkajs.CompressionTypes.GZIP, messages })
      const [message] = await stage.readAll(topic)
      expect(message).toMatchObject({ key: Buffer.from('k'), value: Buffer.from('a'), attributes: 0 })
      expect(message!.headers).toEqual({ h: Buffer.from('x') })
    },
  },
  {
    name: 'measures a batch by its compressed size',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer()
      const messages = [{ value: 'x'.repeat(1_100_000) }]
      return refusal(producer.send({ topic, compression: kafkajs.CompressionTypes.GZIP, messages }))
    },
    sees: {
      simulator: { name: 'KafkaJSProtocolError', type: 'MESSAGE_TOO_LARGE' },
      realBroker: { name: 'not refused' },
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
]
