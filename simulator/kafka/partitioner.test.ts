import kafkajs from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { createPartitioner } from './partitioner.ts'

const partitionsOf = (count: number) =>
  Array.from({ length: count }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 1,
    replicas: [1],
    isr: [1],
  }))

describe('partitioner', () => {
  const keys = ['', 'a', 'ab', 'abc', 'abcd', 'order-7', 'größe', '☕ chai', 'x'.repeat(1000)]

  it('puts every key where KafkaJS puts it', () => {
    const ours = createPartitioner()
    const theirs = kafkajs.Partitioners.DefaultPartitioner()
    for (const count of [1, 2, 3, 7, 1000]) {
      const partitionMetadata = partitionsOf(count)
      for (let index = 0; index < 300; index++) {
        const bytes = Buffer.from(
          Array.from({ length: index % 23 }, (_, at) => (index * 31 + at * 197) % 256),
        )
        for (const key of [...keys, `order-${index}`, bytes]) {
          const args = { topic: 'a', partitionMetadata, message: { key, value: null } }
          expect(ours(args)).toBe(theirs(args))
        }
      }
    }
  })

  it('lets an explicit partition win over the key', () => {
    const message = { key: 'order-7', value: null, partition: 2 }
    expect(createPartitioner()({ topic: 'a', partitionMetadata: partitionsOf(3), message })).toBe(2)
  })

  it('goes round the partitions when there is no key, topic by topic', () => {
    const partition = createPartitioner()
    const next = (topic: string) =>
      partition({ topic, partitionMetadata: partitionsOf(3), message: { value: null } })
    const first = next('a')
    next('b')
    expect([next('a'), next('a'), next('a')]).toEqual([(first + 1) % 3, (first + 2) % 3, first])
  })
})
