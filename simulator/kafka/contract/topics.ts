/**
 * The Kafka contract: what the admin client does with topics, their records and their configuration.
 */
import kafkajs from 'kafkajs'
import { expect } from 'vitest'
import { type Case, groupThatRead, refusal, valuesOf } from './stage.ts'

export const topics: readonly Case[] = [
  {
    name: 'creates topics once, lists, describes and deletes them',
    body: async stage => {
      const admin = await stage.admin()
      const topic = stage.name('topic')
      expect(await stage.createTopics(admin, { topic, numPartitions: 2 })).toBe(true)
      expect(await stage.createTopics(admin, { topic, numPartitions: 2 })).toBe(false)
      expect(await admin.listTopics()).toContain(topic)
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
      expect(topics[0]!.name).toBe(topic)
      expect(topics[0]!.partitions.map(({ partitionId }) => partitionId).sort()).toEqual([0, 1])
      await admin.deleteTopics({ topics: [topic] })
      await stage.until('it is gone', async () => !(await admin.listTopics()).includes(topic))
    },
  },
  {
    name: 'refuses impossible topics with one error for each',
    body: async stage => {
      const admin = await stage.admin()
      const topics = [
        { topic: stage.name('no spaces please') },
        { topic: stage.name('topic'), replicationFactor: 99 },
        { topic: stage.name('topic'), replicationFactor: 0 },
      ]
      const error = await admin.createTopics({ topics }).catch(caught => caught)
      expect(error).toBeInstanceOf(kafkajs.KafkaJSAggregateError)
      const types = error.errors.map(({ type }: { type: string }) => type)
      const factor = 'INVALID_REPLICATION_FACTOR'
      expect(types.sort()).toEqual([factor, factor, 'INVALID_TOPIC_EXCEPTION'])
    },
  },
  {
    name: 'adds partitions, but never takes any away',
    body: async stage => {
      const topic = await stage.topic(1)
      const admin = await stage.admin()
      await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
      // Whoever leads a new partition may not know it yet, and KafkaJS does not ask again here.
      await stage.until('all three are led', async () => {
        const offsets = await admin.fetchTopicOffsets(topic).catch(() => [])
        return offsets.length === 3
      })
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
      const all = [{ partition: 0, offset: '-1' }]
      // KafkaJS looks for the leaders before it has loaded the topic's metadata.
      expect(await refusal(admin.deleteTopicRecords({ topic, partitions: all }))).toEqual({
        name: 'KafkaJSTopicMetadataNotLoaded',
      })
      await admin.fetchTopicOffsets(topic)
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] })
      expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ low: '2', high: '3' }])
      const seen = await stage.read(topic)
      await stage.until('what is left has arrived', () => seen.length === 1)
      expect(valuesOf(seen)).toEqual(['c'])
      await admin.deleteTopicRecords({ topic, partitions: all })
      expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ low: '3', high: '3' }])
      await expect(
        admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '9' }] }),
      ).rejects.toThrow()
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
  {
    name: 'finds offsets by time where messages are not in the order of their timestamps',
    body: async stage => {
      const topic = await stage.topic()
      const producer = await stage.producer()
      const messages = [5, 1, 9].map(second => ({
        value: 'x',
        timestamp: String(1_700_000_000_000 + second * 1_000),
      }))
      await producer.send({ topic, messages })
      const admin = await stage.admin()
      const at = async (second: number) => {
        const [found] = await admin.fetchTopicOffsetsByTimestamp(topic, 1_700_000_000_000 + second * 1_000)
        return found!.offset
      }
      expect([await at(1), await at(5), await at(6), await at(9), await at(10)]).toEqual([
        '0',
        '0',
        '2',
        '2',
        '3',
      ])
    },
  },
  {
    name: 'has no two topics whose names differ only in dots and underscores',
    body: async stage => {
      const admin = await stage.admin()
      const topic = stage.name('order.events')
      await stage.createTopics(admin, { topic })
      const error = await admin
        .createTopics({ topics: [{ topic: topic.replace('order.events', 'order_events') }] })
        .catch(caught => caught)
      expect(error.errors.map(({ type }: { type: string }) => type)).toEqual(['INVALID_TOPIC_EXCEPTION'])
    },
  },
  {
    name: 'says false when one of several topics exists, and makes the others',
    body: async stage => {
      const admin = await stage.admin()
      const [old, fresh] = [await stage.topic(), stage.name('topic')]
      expect(await stage.createTopics(admin, { topic: old }, { topic: fresh })).toBe(false)
      expect(await admin.listTopics()).toContain(fresh)
    },
  },
  {
    name: 'fails to try out a topic unless it is told not to wait for its leader',
    body: async stage => {
      const admin = await stage.admin()
      const topic = stage.name('topic')
      const attempt = { validateOnly: true, topics: [{ topic }] }
      expect(await refusal(admin.createTopics(attempt))).toMatchObject({ type: 'UNKNOWN_TOPIC_OR_PARTITION' })
      expect(await admin.createTopics({ ...attempt, waitForLeaders: false })).toBe(true)
      expect(await admin.listTopics()).not.toContain(topic)
    },
  },
  {
    name: 'refuses a configuration that Kafka does not know, in new topics as in old ones',
    body: async stage => {
      const admin = await stage.admin()
      const name = await stage.topic()
      const wrong = [
        { name: 'retention', value: '1' },
        { name: 'retention.ms', value: 'a week' },
        { name: 'max.message.bytes', value: '-1' },
        { name: 'unclean.leader.election.enable', value: 'perhaps' },
      ]
      for (const entry of wrong) {
        const topics = [{ topic: stage.name('topic'), configEntries: [entry] }]
        const error = await admin.createTopics({ topics }).catch(caught => caught)
        expect(error.errors[0].type).toBe('INVALID_CONFIG')
        const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries: [entry] }]
        const altered = admin.alterConfigs({ validateOnly: false, resources })
        expect(await refusal(altered)).toMatchObject({ type: 'INVALID_CONFIG' })
      }
    },
  },
  {
    name: 'tells the retention of a topic that has none of its own',
    body: async stage => {
      const admin = await stage.admin()
      const name = await stage.topic()
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: ['retention.ms'] }],
      })
      return resources[0]!.configEntries[0]!.configValue
    },
    sees: { simulator: '-1', realBroker: '604800000' },
  },
  {
    name: 'lists Kafka’s own topics among the others',
    body: async stage => {
      const topic = await stage.topicWith('a')
      // For these it has to keep something in both of its own topics.
      await groupThatRead(stage, topic, 1)
      await (await stage.transactional()).transaction()
      const topics = await (await stage.admin()).listTopics()
      return topics.filter(name => name.startsWith('__')).sort()
    },
    sees: { simulator: [], realBroker: ['__consumer_offsets', '__transaction_state'] },
  },
  {
    name: 'gives up on deleting a topic that is not there, after its retries',
    body: async stage => {
      const admin = await stage.admin()
      await expect(admin.deleteTopics({ topics: [stage.name('never-made')] })).rejects.toMatchObject({
        name: 'KafkaJSNumberOfRetriesExceeded',
        cause: { type: 'UNKNOWN_TOPIC_OR_PARTITION' },
      })
    },
  },
]
