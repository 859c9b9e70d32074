import kafkajs, { type EachMessagePayload, type Kafka, type ProducerConfig } from 'kafkajs'
import { afterEach, describe, expect, test } from 'vitest'
import { type Cluster, createCluster } from '#simulator/kafka/cluster.ts'
import { commit, contentOf, killed, newFile, open, tidy } from './testing/journals.ts'

afterEach(tidy)

const TOPICS = [{ topic: 'events', partitions: 3 }, { topic: 'audit' }]

const start = (file: string): Cluster => createCluster({ topics: TOPICS, journal: open(file) })
/** The cluster that comes up after this one was killed: nothing was closed. */
const afterKill = (file: string): Cluster => start(killed(file))
const clientOf = (cluster: Cluster): Kafka => new cluster.Kafka({ clientId: 'tester', logLevel: 0 })

async function producerOf(cluster: Cluster, config: ProducerConfig = {}) {
  const producer = clientOf(cluster).producer(config)
  await producer.connect()
  return producer
}

const transactional = (cluster: Cluster, transactionalId = 'relay-1') =>
  producerOf(cluster, { transactionalId, idempotent: true, maxInFlightRequests: 1 })

async function adminOf(cluster: Cluster) {
  const admin = clientOf(cluster).admin()
  await admin.connect()
  return admin
}

/** Reads with a group until there are `count` messages, and leaves it. */
async function consume(cluster: Cluster, groupId: string, count: number): Promise<string[]> {
  const seen: string[] = []
  const consumer = clientOf(cluster).consumer({ groupId, maxWaitTimeInMs: 50 })
  await consumer.connect()
  await consumer.subscribe({ topics: ['events'], fromBeginning: true })
  await new Promise<void>((resolve, reject) => {
    const eachMessage = async ({ message }: EachMessagePayload) => {
      seen.push(String(message.value))
      if (seen.length === count) resolve()
    }
    consumer.run({ eachMessage }).catch(reject)
  })
  await consumer.disconnect()
  return seen
}

/** Who wrote each message of a topic, in order. */
async function producerIds(cluster: Cluster, topic: string): Promise<string[]> {
  const count = [...cluster.messages(topic)].length
  const ids: string[] = []
  const consumer = clientOf(cluster).consumer({ groupId: 'curious', maxWaitTimeInMs: 50 })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await new Promise<void>((resolve, reject) => {
    const eachMessage = async ({ message }: EachMessagePayload) => {
      // KafkaJS decodes it, but does not declare it.
      ids.push((message as unknown as { batchContext: { producerId: string } }).batchContext.producerId)
      if (ids.length === count) resolve()
    }
    consumer.run({ eachMessage }).catch(reject)
  })
  await consumer.disconnect()
  return ids
}

const values = (cluster: Cluster, topic = 'events') =>
  [...cluster.messages(topic, 'read_committed')].map(({ value }) => String(value))
const messages = (...texts: string[]) => texts.map(value => ({ value, key: value }))

describe('after a kill, a cluster on the same journal', () => {
  test('has every message as it was: keys, values, headers, timestamps, offsets, labels', async () => {
    const file = newFile()
    const cluster = start(file)
    const producer = await producerOf(cluster, { idempotent: true, maxInFlightRequests: 1 })
    await producer.send({
      topic: 'events',
      messages: [
        {
          key: 'order-7',
          value: '{"type":"OrderPlaced"}',
          headers: { type: 'OrderPlaced', n: ['a', Buffer.from([0, 255])] },
        },
        { key: Buffer.from([0xff, 0, 1]), value: Buffer.from([0xc3, 0x28]), timestamp: '1234567890123' },
        { key: null, value: null, headers: { bytes: Buffer.from('x'), empty: '', many: [] } },
        { key: '', value: 'Zürich 🚀 \0 end' },
      ],
    })
    await producer.sendBatch({
      topicMessages: [
        { topic: 'events', messages: messages('a', 'b', 'c', 'd') },
        { topic: 'audit', messages: messages('e') },
      ],
    })
    const after = afterKill(file)
    expect(contentOf(after)).toEqual(contentOf(cluster))
    expect([...after.messages('events')]).toHaveLength(8)
  })

  test('has committed offsets with their metadata, and groups without members that go on there', async () => {
    const file = newFile()
    const cluster = start(file)
    const producer = await producerOf(cluster)
    await producer.send({ topic: 'events', messages: messages('a', 'b', 'c') })
    await consume(cluster, 'readers', 3)
    await commit(cluster, 'writers', 'audit', 0, 0)
    const stuck = clientOf(cluster).consumer({ groupId: 'readers', maxWaitTimeInMs: 50 })
    await stuck.connect()
    await stuck.subscribe({ topics: ['events'] })
    await stuck.run({ eachMessage: async () => {} })
    expect(cluster.groups()[0]).toMatchObject({ group: 'readers', state: 'Stable', members: [{}] })

    const after = afterKill(file)
    const empty = { state: 'Empty', generation: 0, members: [] }
    expect(after.groups()).toEqual([
      { group: 'readers', ...empty },
      { group: 'writers', ...empty },
    ])
    expect(contentOf(after)).toEqual(contentOf(cluster))
    const [fetched] = await (await adminOf(after)).fetchOffsets({ groupId: 'writers', topics: ['audit'] })
    expect(fetched?.partitions).toEqual([{ partition: 0, offset: '0', metadata: 'at 0' }])
    await (await producerOf(after)).send({ topic: 'events', messages: messages('d', 'e') })
    expect((await consume(after, 'readers', 2)).sort()).toEqual(['d', 'e'])
    await stuck.disconnect()
  })

  test('has committed transactions whole, with the offsets they committed, and shows no aborted one', async () => {
    const file = newFile()
    const cluster = start(file)
    const producer = await transactional(cluster)
    for (const [name, end] of [
      ['first', 'commit'],
      ['second', 'abort'],
      ['third', 'commit'],
    ] as const) {
      const transaction = await producer.transaction()
      await transaction.send({ topic: 'events', messages: messages(`${name}-1`, `${name}-2`) })
      await transaction.send({ topic: 'audit', messages: messages(name) })
      await transaction.sendOffsets({
        consumerGroupId: 'readers',
        topics: [{ topic: 'audit', partitions: [{ partition: 0, offset: String(name.length) }] }],
      })
      await transaction[end]()
    }
    const after = afterKill(file)
    expect(contentOf(after)).toEqual(contentOf(cluster))
    expect(values(after, 'audit')).toEqual(['first', 'third'])
    expect(after.committedOffset('readers', 'audit', 0)).toBe(5)
    const aborted = [...after.messages('audit')].map(({ value }) => String(value))
    expect(aborted).toEqual(['first', 'second', 'third'])
  })

  test('has aborted what was left open, so that readers of committed messages go on', async () => {
    const file = newFile()
    const cluster = start(file)
    const producer = await transactional(cluster)
    const transaction = await producer.transaction()
    await transaction.send({ topic: 'events', messages: [{ value: 'open', partition: 0 }] })
    await transaction.send({ topic: 'audit', messages: messages('open') })
    await transaction.sendOffsets({
      consumerGroupId: 'readers',
      topics: [{ topic: 'audit', partitions: [{ partition: 0, offset: '1' }] }],
    })
    const plain = await producerOf(cluster)
    await plain.send({ topic: 'events', messages: [{ value: 'later', partition: 0 }] })
    expect(values(cluster)).toEqual([])

    const copy = killed(file)
    const after = start(copy)
    expect(values(after)).toEqual(['later'])
    expect(after.highWatermark('events', 0)).toBe(3)
    expect(after.highWatermark('audit', 0)).toBe(2)
    expect(after.committedOffset('readers', 'audit', 0)).toBeUndefined()
    expect(await consume(after, 'new readers', 1)).toEqual(['later'])
    // The markers are in the journal too: a second kill aborts nothing again.
    expect(contentOf(afterKill(copy))).toEqual(contentOf(after))
    await transaction.abort()
  })

  test('takes batches of new producers, transactional ids of the former life included, for new', async () => {
    const file = newFile()
    const cluster = start(file)
    const before = await producerOf(cluster, { idempotent: true, maxInFlightRequests: 1 })
    await before.send({ topic: 'audit', messages: messages('a') })
    const transaction = await (await transactional(cluster)).transaction()
    await transaction.send({ topic: 'audit', messages: messages('b') })
    await transaction.commit()

    const after = afterKill(file)
    const again = await producerOf(after, { idempotent: true, maxInFlightRequests: 1 })
    await again.send({ topic: 'audit', messages: messages('c') })
    const next = await (await transactional(after)).transaction()
    await next.send({ topic: 'audit', messages: messages('d') })
    await next.commit()
    expect(values(after, 'audit')).toEqual(['a', 'b', 'c', 'd'])
    expect(new Set(await producerIds(after, 'audit')).size).toBe(4)
  })

  test('has topics as they were made, extended, configured and deleted, and makes only those that are missing', async () => {
    const file = newFile()
    const cluster = start(file)
    const admin = await adminOf(cluster)
    await admin.createTopics({
      topics: [{ topic: 'made', numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '5000' }] }],
    })
    await admin.createTopics({
      topics: [{ topic: 'only-checked' }],
      validateOnly: true,
      waitForLeaders: false,
    })
    await admin.createPartitions({ topicPartitions: [{ topic: 'audit', count: 4 }] })
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: 'audit',
          configEntries: [{ name: 'max.message.bytes', value: '2000' }],
        },
      ],
    })
    cluster.append('events', messages('x', 'y'))
    await commit(cluster, 'readers', 'events', 0, 0)
    await admin.deleteTopics({ topics: ['events'] })
    await (await producerOf(cluster)).send({ topic: 'on-demand', messages: messages('z') })

    const after = afterKill(file)
    expect(after.topics()).toEqual([
      { topic: 'audit', partitions: 4 },
      { topic: 'made', partitions: 2 },
      { topic: 'on-demand', partitions: 1 },
      // Deleted by somebody, and then among those that `createCluster` was given.
      { topic: 'events', partitions: 3 },
    ])
    expect([...after.messages('events')]).toEqual([])
    expect(after.committedOffset('readers', 'events', 0)).toBeUndefined()
    const { resources } = await (await adminOf(after)).describeConfigs({
      includeSynonyms: false,
      resources: ['made', 'audit'].map(name => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
    })
    const configured = resources.map(({ configEntries }) =>
      configEntries
        .filter(({ isDefault }) => !isDefault)
        .map(({ configName, configValue }) => [configName, configValue]),
    )
    expect(configured).toEqual([[['retention.ms', '5000']], [['max.message.bytes', '2000']]])
  })

  test('has not what was deleted: records, groups, and messages that had grown too old', async () => {
    const file = newFile()
    const cluster = start(file)
    cluster.append('audit', messages('a', 'b', 'c'))
    const admin = await adminOf(cluster)
    // KafkaJS's admin client knows no leaders before it has asked for something.
    await admin.fetchTopicOffsets('audit')
    await admin.deleteTopicRecords({ topic: 'audit', partitions: [{ partition: 0, offset: '2' }] })
    await commit(cluster, 'readers', 'audit', 0, 1)
    await admin.deleteGroups(['readers'])
    await admin.createTopics({
      topics: [{ topic: 'short', configEntries: [{ name: 'retention.ms', value: '1000' }] }],
    })
    cluster.append('short', [{ value: 'old', timestamp: '1000' }])
    await admin.fetchTopicOffsets('short')

    const after = afterKill(file)
    expect(contentOf(after)).toEqual(contentOf(cluster))
    expect(values(after, 'audit')).toEqual(['c'])
    expect(after.lowWatermark('audit', 0)).toBe(2)
    expect(after.groups()).toEqual([])
    after.append('audit', messages('d'))
    expect(after.highWatermark('audit', 0)).toBe(4)
  })

  test('keeps offsets going when all messages of a partition are gone', () => {
    const file = newFile()
    const journal = open(file)
    const cluster = createCluster({ topics: TOPICS, journal })
    cluster.append('audit', messages('a', 'b'))
    journal.deleteBefore('audit', 0, 2)
    const after = afterKill(file)
    expect([after.lowWatermark('audit', 0), after.highWatermark('audit', 0)]).toEqual([2, 2])
    after.append('audit', messages('c'))
    expect([...after.messages('audit')]).toMatchObject([{ offset: 2 }])
  })

  test('tells clients the same cluster id', async () => {
    const file = newFile()
    const described = async (cluster: Cluster) => (await (await adminOf(cluster)).describeCluster()).clusterId
    const before = await described(start(file))
    expect(before).toMatch(/^[\w-]{22}$/)
    expect(await described(afterKill(file))).toBe(before)
    expect(await described(createCluster())).toBe('out-of-order')
  })

  test('ends a transaction whose topic was deleted and made again meanwhile', async () => {
    const file = newFile()
    const cluster = start(file)
    const transaction = await (await transactional(cluster)).transaction()
    await transaction.send({ topic: 'audit', messages: messages('a') })
    await transaction.send({ topic: 'events', messages: messages('b') })
    const admin = await adminOf(cluster)
    await admin.deleteTopics({ topics: ['audit'] })
    await admin.createTopics({ topics: [{ topic: 'audit' }] })
    cluster.append('audit', messages('new'))
    await transaction.commit()
    const after = afterKill(file)
    expect(contentOf(after)).toEqual(contentOf(cluster))
    expect([values(after, 'audit'), values(after)]).toEqual([['new'], ['b']])
  })
})
