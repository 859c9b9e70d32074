import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer, ConsumerConfig, ConsumerRunConfig } from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { createWallClock } from '#simulator/world/wall-clock.ts'
import { Broker } from './broker.ts'
import { type Cluster, createCluster } from './cluster.ts'
import { createKafkaClass } from './kafka-client.ts'

const TOPICS = [{ topic: 'events', partitions: 2 }]

async function consume(
  cluster: Cluster,
  config: ConsumerConfig,
  eachMessage: ConsumerRunConfig['eachMessage'] = async () => {},
): Promise<Consumer> {
  const consumer = new cluster.Kafka({ logLevel: 0 }).consumer(config)
  await consumer.connect()
  await consumer.subscribe({ topics: ['events'], fromBeginning: true })
  await consumer.run({ eachMessage })
  return consumer
}

async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return performance.now() - startedMs
}

/** Waits for real time to bring something about. */
async function until(condition: () => boolean, patienceMs = 40_000): Promise<void> {
  const deadlineMs = performance.now() + patienceMs
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error('waited in vain')
    await sleep(10)
  }
}

/** Runs a program to its end in a process of its own. */
async function run(program: string): Promise<{ printed: string; exitCode: unknown; ms: number }> {
  let printed = ''
  const startedMs = performance.now()
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const [exitCode] = await once(child, 'close')
  return { printed, exitCode, ms: performance.now() - startedMs }
}

describe.concurrent('a cluster on the wall clock', { timeout: 90_000 }, () => {
  test('leaves idle consumers alone: a request now and then, no more', async () => {
    const cluster = createCluster({ topics: TOPICS })
    const consumer = await consume(cluster, { groupId: 'g', maxWaitTimeInMs: 300 })
    let requests = 0
    consumer.on(consumer.events.REQUEST, () => void requests++)
    await sleep(1_500)
    await consumer.disconnect()
    // Five long polls, and a heartbeat at the end of one of them.
    expect(requests).toBeGreaterThanOrEqual(3)
    expect(requests).toBeLessThanOrEqual(12)
  })

  test('lets a consumer that disconnects wait for its long poll, as Kafka does', async () => {
    const cluster = createCluster({ topics: TOPICS })
    const consumer = await consume(cluster, { groupId: 'g', maxWaitTimeInMs: 1_500 })
    await sleep(200)
    const ms = await elapsedMs(() => consumer.disconnect())
    expect(ms).toBeGreaterThan(1_000)
    expect(ms).toBeLessThan(4_500)
  })

  test('lets all consumers go quickly once long polls are shortened, those that poll only then included', async () => {
    const cluster = createCluster({ topics: TOPICS })
    const early = await consume(cluster, { groupId: 'early' })
    await sleep(200)
    cluster.shortenLongPolls()
    const late = await consume(cluster, { groupId: 'late' })
    await sleep(200)
    expect(await elapsedMs(() => Promise.all([early.disconnect(), late.disconnect()]))).toBeLessThan(4_000)
  })

  test('expels a member whose session is over, in real time, and gives its messages to the other', async () => {
    const cluster = createCluster({ topics: [{ topic: 'events' }] })
    cluster.append('events', [{ value: 'a' }])
    const config = { groupId: 'g', sessionTimeout: 6_000, heartbeatInterval: 500, maxWaitTimeInMs: 200 }
    const handledBy: string[] = []
    let wakeUp = () => {}
    const asleep = new Promise<void>(resolve => {
      wakeUp = resolve
    })
    const sleeper = await consume(cluster, config, () => {
      handledBy.push('sleeper')
      return asleep
    })
    await until(() => handledBy.length === 1)
    const startedMs = performance.now()
    const other = await consume(cluster, config, async () => void handledBy.push('other'))
    await until(() => handledBy.includes('other'))
    const tookMs = performance.now() - startedMs
    expect(tookMs).toBeGreaterThan(4_000)
    expect(tookMs).toBeLessThan(20_000)
    wakeUp()
    await Promise.all([sleeper.disconnect(), other.disconnect()])
  })

  test('deletes what is too old in a partition that is only written to', async () => {
    const cluster = createCluster({ topics: [{ topic: 'events', retentionMs: 100 }] })
    for (let index = 0; index < 100; index++) cluster.append('events', [{ value: 'old' }])
    await sleep(1_200)
    cluster.append('events', [{ value: 'new' }])
    expect([...cluster.messages('events')].map(({ value }) => String(value))).toEqual(['new'])
  })

  test('keeps nothing of clients that have disconnected', async () => {
    const runtime = createWallClock()
    const options = { runtime, nodes: 2, autoCreateTopics: true, initialRebalanceDelayMs: 0, wallClock: true }
    const broker = new Broker(options)
    const kafka = new (createKafkaClass(broker, false))({ logLevel: 0 })
    broker.topics.create(TOPICS[0]!)
    const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 50 })
    const clients = [consumer, kafka.producer(), kafka.admin()]
    for (const client of clients) await client.connect()
    await consumer.subscribe({ topics: ['events'] })
    await consumer.run({ eachMessage: async () => {} })
    await sleep(100)
    expect([broker.links.size, broker.connections.size > 3]).toEqual([3, true])
    for (const client of clients) await client.disconnect()
    expect([broker.links.size, broker.connections.size]).toEqual([0, 0])
  })

  test('does not keep a program alive that is through, whatever it has left open', async () => {
    const { printed, exitCode, ms } = await run(`
      import { createCluster } from '#simulator/kafka/cluster.ts'
      const kafka = new (createCluster({ topics: [{ topic: 'events', retentionMs: 1_000_000 }] }).Kafka)({ logLevel: 0 })
      const consumer = kafka.consumer({ groupId: 'g' })
      await consumer.connect()
      await consumer.subscribe({ topics: ['events'], fromBeginning: true })
      const seen = new Promise(resolve => consumer.run({ eachMessage: async () => resolve() }))
      const plain = kafka.producer()
      await plain.connect()
      await plain.send({ topic: 'events', messages: [{ value: 'a' }] })
      await seen
      const producer = kafka.producer({ transactionalId: 't', idempotent: true, maxInFlightRequests: 1 })
      await producer.connect()
      const transaction = await producer.transaction()
      await transaction.send({ topic: 'events', messages: [{ value: 'b' }] })
      console.log('through')
    `)
    expect([printed, exitCode]).toEqual(['through\n', 0])
    // The transaction would have been open for a minute.
    expect(ms).toBeLessThan(45_000)
  })

  test('keeps a program alive that waits for its consumer to leave', async () => {
    const { printed, exitCode } = await run(`
      import { createCluster } from '#simulator/kafka/cluster.ts'
      const kafka = new (createCluster({ topics: [{ topic: 'events' }] }).Kafka)({ logLevel: 0 })
      const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 500 })
      await consumer.connect()
      await consumer.subscribe({ topics: ['events'] })
      await consumer.run({ eachMessage: async () => {} })
      await consumer.disconnect()
      console.log('gone')
    `)
    expect([printed, exitCode]).toEqual(['gone\n', 0])
  })
})
