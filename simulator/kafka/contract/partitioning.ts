/**
 * The Kafka contract: which partition a message goes to.
 */
import { expect } from 'vitest'
import type { Case } from './stage.ts'

const PARTITIONS = 12

/** Kafka's own client, run on these keys: Utils.toPositive(Utils.murmur2(bytes)) % 12 (kafka-clients 4.1.1). */
const PLACES: readonly (readonly [key: string | Buffer, partition: number])[] = [
  ['', 9],
  ['a', 4],
  ['ab', 2],
  ['abc', 3],
  ['abcd', 8],
  ['0', 8],
  ['1', 3],
  ['order-7', 1],
  ['ORDER-7', 2],
  [' order-7', 8],
  ['order-1000000', 7],
  ['customer-4711', 0],
  ['größe', 8],
  ['naïve', 9],
  ['☕ chai', 8],
  ['🧾', 3],
  ['日本語', 10],
  ['x'.repeat(100), 4],
  ['x'.repeat(10_000), 8],
  ['{"id":7}', 9],
  ['00000000-0000-4000-8000-000000000000', 5],
  ['null', 11],
  ['undefined', 8],
  ['\n', 8],
  [Buffer.from([0xff, 0x80, 0x00, 0x7f, 0x81]), 0],
  [Buffer.from([0xc3]), 10],
]

export const partitioning: readonly Case[] = [
  {
    name: 'puts every key where Kafka’s own client puts it, and nowhere else',
    body: async stage => {
      const topic = await stage.topic(PARTITIONS)
      const producer = await stage.producer()
      await producer.send({ topic, messages: PLACES.map(([key], index) => ({ key, value: String(index) })) })
      const seen = await stage.read(topic)
      await stage.until('all have arrived', () => seen.length === PLACES.length)
      const places = seen.map(({ value, partition }) => [PLACES[Number(value)]![0], partition])
      expect(new Set(places)).toEqual(new Set(PLACES))
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
    name: 'drops a message for a partition that does not exist, and says nothing',
    body: async stage => {
      const topic = await stage.topic(2)
      const producer = await stage.producer()
      expect(await producer.send({ topic, messages: [{ value: 'lost', partition: 9 }] })).toEqual([])
      const messages = [9, 0].map(partition => ({ value: String(partition), partition }))
      expect(await producer.send({ topic, messages })).toMatchObject([{ partition: 0, baseOffset: '0' }])
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
]
