import { existsSync } from 'node:fs'
import { Kafka, type KafkaMessage, logLevel } from 'kafkajs'
import { afterEach, describe, expect, test } from 'vitest'
import { findBroker, killBroker, resumeBroker, startBroker, stopBroker } from './broker.ts'
import { findFreePort } from './ports.ts'
import { answers } from './readiness.ts'
import { instanceOfTests } from './test-broker.ts'

describe('a broker', () => {
  /** Not the one that the other tests share: it is to be killed and stopped. */
  const instance = instanceOfTests('killed')
  afterEach(() => stopBroker(instance))

  test('keeps its messages when it is killed and resumed, and removes them when it is stopped', async () => {
    const port = await findFreePort(19_000)
    const broker = await startBroker({ instance, port })
    expect(broker.address).toBe(`127.0.0.1:${port}`)
    expect(findBroker(instance)).toEqual(broker)
    const kafka = client(broker.address)
    const admin = kafka.admin()
    const producer = kafka.producer()
    await admin.connect()
    await producer.connect()
    await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 1 }] })
    await producer.send({ topic: 'kept', messages: ['1', '2', '3'].map(value => ({ value })) })
    await Promise.all([admin.disconnect(), producer.disconnect()])

    await killBroker(instance)
    expect(findBroker(instance)).toBeUndefined()
    expect(await answers(broker.address)).toBe(false)
    const resumed = await resumeBroker(instance)
    expect(resumed.address).toBe(broker.address)
    expect(await readAll(broker.address, 'kept')).toEqual(['1', '2', '3'])

    expect(existsSync(broker.dataFolder!)).toBe(true)
    expect(await stopBroker(instance)).toBe(true)
    expect(existsSync(broker.dataFolder!)).toBe(false)
    expect(await answers(broker.address)).toBe(false)
    expect(await stopBroker(instance)).toBe(false)
  })

  test('is started once: whoever asks again gets the one that runs', async () => {
    const port = await findFreePort(19_000)
    const first = await startBroker({ instance, port })
    expect(await startBroker({ instance, port: port + 7 })).toEqual(first)
  })
})

function client(address: string): Kafka {
  return new Kafka({ brokers: [address], logLevel: logLevel.NOTHING })
}

/** Everything in partition 0 of the topic, read by a new consumer group. */
async function readAll(address: string, topic: string): Promise<string[]> {
  const kafka = client(address)
  const admin = kafka.admin()
  await admin.connect()
  const [end] = await admin.fetchTopicOffsets(topic)
  await admin.disconnect()
  const consumer = kafka.consumer({ groupId: 'reader' })
  const values: string[] = []
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await new Promise<void>((resolve, reject) => {
    const eachMessage = async ({ message }: { message: KafkaMessage }) => {
      values.push(String(message.value))
      if (Number(message.offset) + 1 === Number(end?.high)) resolve()
    }
    consumer.run({ eachMessage }).catch(reject)
  })
  await consumer.disconnect()
  return values
}
