import { describe, expect, it } from 'vitest'
import { simulate, type Traced } from './testing.ts'

const logged = (trace: readonly Traced[]) => trace.filter(record => record.kind === 'log')

describe('client cluster', () => {
  it('counts metadata as fresh until its age is reached, and learns of new partitions then', async () => {
    const written: number[] = []
    await simulate({ topics: [{ topic: 'a' }] }, async ({ cluster, send, settle }) => {
      const message = { value: 'x', partition: 1 }
      send(
        'writer',
        async producer => {
          await producer.send({ topic: 'a', messages: [{ value: 'first' }] })
          const admin = new cluster.Kafka().admin()
          await admin.connect()
          await admin.createPartitions({ topicPartitions: [{ topic: 'a', count: 2 }] })
          // KafkaJS drops what has no leader that it knows of.
          written.push((await producer.send({ topic: 'a', messages: [message] })).length)
          await new Promise(resolve => setTimeout(resolve, 10_000))
          written.push((await producer.send({ topic: 'a', messages: [message] })).length)
        },
        { metadataMaxAge: 9_000 },
      )
      await settle()
    })
    expect(written).toEqual([0, 1])
  })

  it('waits longer from one failed connection to the next, by KafkaJS’s policy', async () => {
    const trace = await simulate(
      { faults: [{ kind: 'broker-down', from: 0, for: 2_500 }] },
      async ({ send, settle }) => {
        send(
          'writer',
          async producer => void (await producer.send({ topic: 'a', messages: [{ value: 'x' }] })),
        )
        await settle()
      },
    )
    const failures = logged(trace)
    expect(
      failures.every(({ message }) => message.startsWith('[BrokerPool] Failed to connect to seed')),
    ).toBe(true)
    // Nominally 300, 600 and 1200 ms apart, each 20 % more or less than twice the one before.
    const gaps = failures.slice(1).map(({ t }, index) => t - failures[index]!.t)
    expect(gaps.length).toBeGreaterThanOrEqual(2)
    expect(gaps[0]).toBeGreaterThanOrEqual(240)
    expect(gaps[0]).toBeLessThanOrEqual(360)
    for (const [index, gap] of gaps.slice(1).entries()) {
      expect(gap).toBeGreaterThanOrEqual(gaps[index]! * 1.6 - 2)
      expect(gap).toBeLessThanOrEqual(gaps[index]! * 2.4 + 2)
    }
    expect(trace.filter(({ kind }) => kind === 'kafka.append')).toHaveLength(1)
  })

  it('gives up after five retries', async () => {
    const errors: { name: string; retryCount?: number }[] = []
    await simulate({ faults: [{ kind: 'broker-down', from: 0 }] }, async ({ cluster, world, settle }) => {
      world.spawn({
        name: 'writer',
        start: () =>
          new cluster.Kafka()
            .producer()
            .connect()
            .catch(error => void errors.push(error)),
      })
      await settle()
    })
    expect(errors).toMatchObject([{ name: 'KafkaJSNumberOfRetriesExceeded', retryCount: 5 }])
  })

  it('does not ask again for a topic that cannot be', async () => {
    const names: string[] = []
    const trace = await simulate({}, async ({ send, settle }) => {
      send('writer', async producer => {
        await producer
          .send({ topic: 'no such/topic', messages: [{ value: 'x' }] })
          .catch(error => names.push(error.message))
        await producer.send({ topic: 'good', messages: [{ value: 'x' }] })
      })
      await settle()
    })
    expect(names).toEqual(['The request attempted to perform an operation on an invalid topic'])
    expect(trace.filter(({ kind }) => kind === 'kafka.append')).toHaveLength(1)
  })

  it('lets one at a time add topics, and the others wait no longer than for a request', async () => {
    const errors: string[] = []
    await simulate(
      { faults: [{ kind: 'broker-down', from: 100, for: 5_000 }] },
      async ({ cluster, world, settle }) => {
        const start = async () => {
          const producer = new cluster.Kafka({ requestTimeout: 2_000 }).producer()
          await producer.connect()
          await new Promise(resolve => setTimeout(resolve, 200))
          const send = (topic: string) => producer.send({ topic, messages: [{ value: topic }] })
          await Promise.all([send('a'), send('b').catch(error => errors.push(error.message))])
        }
        world.spawn({ name: 'writer', start })
        await settle()
      },
    )
    expect(errors).toEqual(['Timeout while acquiring lock (1 waiting locks): "updating target topics"'])
  })
})
