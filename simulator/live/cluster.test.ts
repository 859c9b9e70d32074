import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectToBroker, type LiveCluster, openEmbeddedCluster } from './cluster.ts'
import { silentLog } from './logs.ts'

const TOPICS = [
  { topic: 'order.events', partitions: 3 },
  { topic: 'dead.orders', partitions: 1 },
]

let folder: string
let file: string
const clusters: LiveCluster[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'out-of-order-cluster-'))
  file = join(folder, 'kafka.db')
})
afterEach(async () => {
  for (const cluster of clusters.splice(0)) await cluster.close()
  rmSync(folder, { recursive: true, force: true })
})

async function open(topics = TOPICS): Promise<LiveCluster> {
  const cluster = await openEmbeddedCluster(file, topics, silentLog)
  clusters.push(cluster)
  return cluster
}

describe('the embedded broker', () => {
  test('has its topics, and is the same cluster with the same messages when it is opened again', async () => {
    const first = await open()
    expect(await first.admin.listTopics()).toEqual(expect.arrayContaining(TOPICS.map(({ topic }) => topic)))
    const producer = first.kafka('orders', silentLog).producer()
    await producer.connect()
    await producer.send({ topic: 'order.events', messages: [{ value: 'a', partition: 1 }] })
    await clusters.pop()!.close()
    const second = await open()
    expect(second.clusterId).toBe(first.clusterId)
    expect((await second.admin.describeCluster()).clusterId).toBe(second.clusterId)
    const offsets = await second.admin.fetchTopicOffsets('order.events')
    expect(offsets.find(({ partition }) => partition === 1)?.high).toBe('1')
  })

  test('whose topic has another number of partitions is refused, and its journal given back', async () => {
    await open()
    await clusters.pop()!.close()
    await expect(open([{ topic: 'order.events', partitions: 4 }])).rejects.toMatchObject({
      code: 'other-partitions',
      message: 'The topic order.events exists with 3 partitions, and the shop needs 4.',
      next: expect.stringContaining('--fresh'),
    })
    await open()
  })

  test('lets a consumer go at once when the program is about to end', async () => {
    const cluster = await open()
    const consumer = cluster.kafka('orders', silentLog).consumer({ groupId: 'orders' })
    await consumer.connect()
    await consumer.subscribe({ topics: ['order.events'] })
    await consumer.run({ eachMessage: async () => {} })
    const groupIsThere = async () => (await cluster.admin.describeGroups(['orders'])).groups[0]?.state
    await expect.poll(groupIsThere, { timeout: 10_000 }).toBe('Stable')
    cluster.prepareToClose()
    const startedAt = performance.now()
    await consumer.disconnect()
    expect(performance.now() - startedAt).toBeLessThan(3_000)
  })
})

describe('a broker', () => {
  test('is refused by an address that is none, and by one where nobody answers, without a word of KafkaJS', async () => {
    await expect(connectToBroker('localhost', TOPICS, silentLog)).rejects.toMatchObject({
      code: 'bad-address',
    })
    await expect(connectToBroker('127.0.0.1:1', TOPICS, silentLog)).rejects.toMatchObject({
      code: 'broker-unreachable',
      message: 'No Kafka broker answers at 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1.',
    })
    await expect(connectToBroker('no-such-host.invalid:9092', TOPICS, silentLog)).rejects.toMatchObject({
      code: 'broker-unreachable',
      message: expect.stringContaining('no-such-host.invalid:9092'),
    })
  })

  test('that takes connections and says nothing is given up within 10 s', { timeout: 30_000 }, async () => {
    const mute = createServer(() => {}).listen(0, '127.0.0.1')
    await expect.poll(() => mute.listening).toBe(true)
    const address = mute.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const startedAt = performance.now()
    await expect(connectToBroker(`127.0.0.1:${port}`, TOPICS, silentLog)).rejects.toMatchObject({
      code: 'broker-unreachable',
    })
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    mute.close()
  })
})
