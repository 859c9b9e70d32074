/**
 * The Kafka contract: what the admin client does.
 */
import kafkajs from 'kafkajs'
import { expect } from 'vitest'
import { type Case, type Stage, valuesOf } from './stage.ts'

/** A group that has read everything in a topic and left. */
async function groupThatRead(stage: Stage, topic: string, count: number): Promise<string> {
  const groupId = stage.name('group')
  const consumer = await stage.consumer({ groupId })
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  let seen = 0
  await consumer.run({ eachMessage: async () => void seen++ })
  await stage.until('all is read', () => seen === count)
  await consumer.disconnect()
  return groupId
}

export const administering: readonly Case[] = [
  {
    name: 'creates topics once, lists, describes and deletes them',
    body: async stage => {
      const admin = await stage.admin()
      const topic = stage.name('topic')
      expect(await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] })).toBe(true)
      expect(await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] })).toBe(false)
      expect(await admin.listTopics()).toContain(topic)
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
      expect(topics[0]!.name).toBe(topic)
      expect(topics[0]!.partitions.map(({ partitionId }) => partitionId).sort()).toEqual([0, 1])
      await admin.deleteTopics({ topics: [topic] })
      expect(await admin.listTopics()).not.toContain(topic)
    },
  },
  {
    name: 'refuses impossible topics with one error for each',
    body: async stage => {
      const admin = await stage.admin()
      const topics = [
        { topic: stage.name('no spaces please') },
        { topic: stage.name('topic'), replicationFactor: 99 },
      ]
      const error = await admin.createTopics({ topics }).catch(caught => caught)
      expect(error).toBeInstanceOf(kafkajs.KafkaJSAggregateError)
      const types = error.errors.map(({ type }: { type: string }) => type)
      expect(types.sort()).toEqual(['INVALID_REPLICATION_FACTOR', 'INVALID_TOPIC_EXCEPTION'])
    },
  },
  {
    name: 'adds partitions, but never takes any away',
    body: async stage => {
      const topic = await stage.topic(1)
      const admin = await stage.admin()
      await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
      expect(await admin.fetchTopicOffsets(topic)).toHaveLength(3)
      await expect(admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] })).rejects.toMatchObject({
        type: 'INVALID_PARTITIONS',
      })
    },
  },
  {
    name: 'tells offsets by watermark and by time',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer()
      const messages = [1_700_000_000_000, 1_700_000_001_000, 1_700_000_002_000].map(timestamp => ({
        value: 'x',
        timestamp: String(timestamp),
      }))
      await producer.send({ topic, messages })
      const admin = await stage.admin()
      expect(await admin.fetchTopicOffsets(topic)).toEqual([
        { partition: 0, offset: '3', high: '3', low: '0' },
      ])
      const at = (time: number) => admin.fetchTopicOffsetsByTimestamp(topic, time)
      expect(await at(1_700_000_000_500)).toEqual([{ partition: 0, offset: '1' }])
      expect(await at(1_800_000_000_000)).toEqual([{ partition: 0, offset: '3' }])
    },
  },
  {
    name: 'deletes records up to an offset, or all',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c')
      const admin = await stage.admin()
      // KafkaJS looks for the leaders before it has loaded the topic's metadata.
      await admin.fetchTopicOffsets(topic)
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] })
      expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ low: '2', high: '3' }])
      const seen = await stage.read(topic)
      await stage.until('what is left has arrived', () => seen.length === 1)
      expect(valuesOf(seen)).toEqual(['c'])
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '-1' }] })
      expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ low: '3', high: '3' }])
      await expect(
        admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '9' }] }),
      ).rejects.toThrow()
    },
  },
  {
    name: 'reads, sets and resets a group’s offsets while nobody is in it',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c')
      const groupId = await groupThatRead(stage, topic, 3)
      const admin = await stage.admin()
      expect(await stage.committed(groupId, topic)).toBe('3')
      await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '1' }] })
      expect(await stage.committed(groupId, topic)).toBe('1')
      await admin.resetOffsets({ groupId, topic, earliest: true })
      expect(await stage.committed(groupId, topic)).toBe('-2')
      const resolved = await admin.fetchOffsets({ groupId, topics: [topic], resolveOffsets: true })
      expect(resolved[0]!.partitions[0]!.offset).toBe('0')
      expect(await stage.committed(groupId, topic)).toBe('0')
    },
  },
  {
    name: 'tells all offsets of a group when no topic is named',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const groupId = await groupThatRead(stage, topic, 1)
      const admin = await stage.admin()
      expect(await admin.fetchOffsets({ groupId })).toEqual([
        { topic, partitions: [{ partition: 0, offset: '1', metadata: null }] },
      ])
    },
  },
  {
    name: 'does not set the offsets of a group with members',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const groupId = stage.name('group')
      const seen = await stage.read(topic, { groupId })
      await stage.until('the group is at work', () => seen.length === 1)
      const admin = await stage.admin()
      await expect(
        admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '0' }] }),
      ).rejects.toThrow(/must have no running instances/)
    },
  },
  {
    name: 'lists, describes and deletes groups',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const groupId = stage.name('group')
      const seen = await stage.read(topic, { groupId })
      await stage.until('the group is at work', () => seen.length === 1)
      const admin = await stage.admin()
      const { groups } = await admin.listGroups()
      expect(groups).toContainEqual({ groupId, protocolType: 'consumer' })
      const described = await admin.describeGroups([groupId])
      expect(described.groups[0]).toMatchObject({
        groupId,
        state: 'Stable',
        protocolType: 'consumer',
        protocol: 'RoundRobinAssigner',
        members: [{ clientId: 'tester' }],
      })
      const error = await admin.deleteGroups([groupId]).catch(caught => caught)
      expect(error.name).toBe('KafkaJSDeleteGroupsError')
      expect(error.groups[0].error.type).toBe('NON_EMPTY_GROUP')
      const done = await groupThatRead(stage, topic, 1)
      expect(await admin.deleteGroups([done])).toEqual([{ groupId: done, errorCode: 0 }])
      const gone = await admin.describeGroups([done])
      expect(gone.groups[0]!.state).toBe('Dead')
    },
  },
  {
    name: 'describes the cluster',
    body: async stage => {
      const admin = await stage.admin()
      const { brokers, controller, clusterId } = await admin.describeCluster()
      expect(brokers.length).toBeGreaterThan(0)
      expect(brokers.map(({ nodeId }) => nodeId)).toContain(controller)
      expect(typeof clusterId).toBe('string')
    },
  },
  {
    name: 'reads and changes a topic’s configuration',
    body: async stage => {
      const topic = await stage.topic()
      const admin = await stage.admin()
      const type = kafkajs.ConfigResourceTypes.TOPIC
      const retention = async () => {
        const { resources } = await admin.describeConfigs({
          includeSynonyms: false,
          resources: [{ type, name: topic, configNames: ['retention.ms'] }],
        })
        return resources[0]!.configEntries[0]
      }
      expect(await retention()).toMatchObject({ configName: 'retention.ms', isDefault: true })
      await admin.alterConfigs({
        validateOnly: false,
        resources: [{ type, name: topic, configEntries: [{ name: 'retention.ms', value: '60000' }] }],
      })
      expect(await retention()).toMatchObject({ configValue: '60000', isDefault: false })
    },
  },
]
