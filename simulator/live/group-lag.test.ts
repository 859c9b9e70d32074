import type { Admin } from 'kafkajs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Cluster, createCluster } from '#simulator/kafka/cluster.ts'
import type { KafkaClient } from '#simulator/service.ts'
import { readGroupLag } from './group-lag.ts'
import { kafkaLog, silentLog } from './logs.ts'

let cluster: Cluster
let kafka: KafkaClient
let admin: Admin
beforeEach(async () => {
  cluster = createCluster({
    topics: [
      { topic: 'order.events', partitions: 3 },
      { topic: 'retry.search', partitions: 1 },
    ],
  })
  kafka = new cluster.Kafka({ logCreator: kafkaLog(silentLog) })
  cluster.shortenLongPolls()
  admin = kafka.admin()
  await admin.connect()
})
afterEach(() => admin.disconnect())

/** Without what only the cluster itself can know. */
const own = (group: string) =>
  cluster.lag(group).map(({ topic, partition, messages }) => ({ topic, partition, messages }))

const fill = (topic: string, partition: number, count: number) =>
  cluster.append(
    topic,
    Array.from({ length: count }, () => ({ value: 'x', partition })),
  )

/** By a transaction: KafkaJS's `setOffsets` takes 5 s. */
async function commit(topic: string, partition: number, offset: number): Promise<void> {
  const producer = kafka.producer({ transactionalId: 'operator', maxInFlightRequests: 1 })
  await producer.connect()
  const transaction = await producer.transaction()
  const topics = [{ topic, partitions: [{ partition, offset: String(offset) }] }]
  await transaction.sendOffsets({ consumerGroupId: 'search', topics })
  await transaction.commit()
  await producer.disconnect()
}

test('is the cluster’s own figure while the group has members, also before it has committed anything', async () => {
  fill('order.events', 0, 5)
  fill('order.events', 2, 3)
  const consumer = kafka.consumer({ groupId: 'search' })
  await consumer.connect()
  await consumer.subscribe({ topics: ['order.events', 'retry.search'], fromBeginning: true })
  let handled = 0
  let goOn = () => {}
  const gate = new Promise<void>(resolve => {
    goOn = resolve
  })
  await consumer.run({
    async eachMessage() {
      await gate
      handled++
    },
  })
  await expect.poll(() => cluster.groups()[0]?.members[0]?.partitions.length).toBe(4)
  const [reading] = await readGroupLag(admin, ['search'])
  expect(reading).toEqual({ group: 'search', members: 1, partitions: own('search') })
  expect(reading!.partitions.map(({ messages }) => messages)).toEqual([5, 0, 3, 0])

  goOn()
  await expect.poll(() => handled).toBe(8)
  await consumer.disconnect()
})

test('goes on when all members are gone, also in a partition that the group has never begun', async () => {
  fill('order.events', 0, 5)
  fill('order.events', 1, 2)
  await commit('order.events', 0, 3)
  const [search] = await readGroupLag(admin, ['search'])
  expect(search).toMatchObject({ members: 0 })
  expect(search!.partitions.map(({ messages }) => messages)).toEqual([2, 2, 0])
})

test('counts from the first message there is where retention has overtaken a group', async () => {
  fill('order.events', 0, 10)
  await commit('order.events', 0, 2)
  await admin.fetchTopicOffsets('order.events')
  await admin.deleteTopicRecords({ topic: 'order.events', partitions: [{ partition: 0, offset: '6' }] })
  const [search] = await readGroupLag(admin, ['search'])
  expect(search?.partitions.find(({ partition }) => partition === 0)).toMatchObject({ messages: 4 })
})

test('answers for groups in the order asked, and a group that nobody has seen is empty', async () => {
  const [nobody, nothing] = await readGroupLag(admin, ['nobody', 'nothing'])
  expect(nobody).toEqual({ group: 'nobody', members: 0, partitions: [] })
  expect(nothing?.group).toBe('nothing')
})
