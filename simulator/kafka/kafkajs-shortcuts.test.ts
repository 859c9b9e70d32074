import ConsumerGroup, { type ConsumerGroupInternals } from 'kafkajs/src/consumer/consumerGroup.js'
import SeekOffsets from 'kafkajs/src/consumer/seekOffsets.js'
import Long from 'kafkajs/src/utils/long.js'
import { describe, expect, test } from 'vitest'
import './kafkajs-shortcuts.ts'

/** A consumer group that reads topic `a`, whose partitions are led by these nodes. */
function createGroup(
  leaders: readonly number[],
  changes: Partial<ConsumerGroupInternals> = {},
): ConsumerGroupInternals & typeof ConsumerGroup.prototype {
  return Object.assign(Object.create(ConsumerGroup.prototype), {
    topicsSubscribed: ['a'],
    topics: ['a'],
    partitionsPerSubscribedTopic: new Map([['a', leaders.map((_, index) => index)]]),
    preferredReadReplicasPerTopicPartition: {},
    cluster: {
      findTopicPartitionMetadata: () => leaders.map((leader, partitionId) => ({ partitionId, leader })),
    },
    ...changes,
  })
}

describe('the partitions a node is asked for', () => {
  const assigned = [{ topic: 'a', partitions: [0, 1, 2] }]

  test('are all of them when it leads all', () => {
    expect(createGroup([1, 1, 1]).filterPartitionsByNode('1', assigned)).toEqual(assigned)
  })

  test('are those that it leads', () => {
    const group = createGroup([1, 2, 1])
    expect(group.filterPartitionsByNode('1', assigned)).toEqual([{ topic: 'a', partitions: [0, 2] }])
    expect(group.filterPartitionsByNode('2', assigned)).toEqual([{ topic: 'a', partitions: [1] }])
  })

  test('leave out one that nobody has told of yet', () => {
    expect(createGroup([1, 1]).filterPartitionsByNode('1', assigned)).toEqual([
      { topic: 'a', partitions: [0, 1] },
    ])
  })

  test('may be read from another node than the leader', () => {
    const preferred = { a: { 1: { nodeId: 2, expireAt: Number.POSITIVE_INFINITY } } }
    const group = createGroup([1, 1, 1], { preferredReadReplicasPerTopicPartition: preferred })
    expect(group.filterPartitionsByNode('1', assigned)).toEqual([{ topic: 'a', partitions: [0, 2] }])
  })
})

test('an assignment is stale once a topic has a partition that the consumer did not know', () => {
  expect(() => createGroup([1, 1]).checkForStaleAssignment()).not.toThrow()
  const known = new Map([['a', [0]]])
  expect(() =>
    createGroup([1, 1], { partitionsPerSubscribedTopic: known }).checkForStaleAssignment(),
  ).toThrow('Topic has been updated')
})

test('a position that was sought is found, and no other', () => {
  const offsets = new SeekOffsets()
  expect(offsets.has('a', 0)).toBe(false)
  offsets.set('a', 0, '5')
  expect(offsets.has('a', 0)).toBe(true)
  expect(offsets.has('a', 1)).toBe(false)
})

test.each(['0', '-1', '42', '999999', '9007199254740993', 'NaN'])(
  '%s is read as a number, again and again',
  text => {
    const expected = text === 'NaN' ? '0' : text
    for (let time = 0; time < 2; time++) expect(Long.fromValue(text).toString()).toBe(expected)
  },
)
