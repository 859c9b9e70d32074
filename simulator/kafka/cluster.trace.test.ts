import { describe, expect, it } from 'vitest'
import { createCluster } from './cluster.ts'
import { placed, type Run, simulate } from './testing.ts'

const TOPIC = 'order.events'
const topics = [{ topic: TOPIC, partitions: 2 }]
const onePartition = { topics: [{ topic: TOPIC, partitions: 1 }] }

async function shopAndInventory(run: Run): Promise<void> {
  run.consume({ process: 'inventory', topic: TOPIC })
  run.send('shop', async producer => {
    for (const order of ['order-1', 'order-2', 'order-3', 'order-4']) {
      await producer.send({ topic: TOPIC, messages: placed(order) })
    }
  })
  await run.settle()
}

describe('the trace', () => {
  it('is the same every time, byte for byte', async () => {
    const faults = [
      { kind: 'ack-lost', at: 'shop/send order-2/OrderPlaced#1' },
      { kind: 'crash', at: 'inventory/handled order-3/OrderPlaced#1' },
      { kind: 'broker-down', from: 40_000, for: 10_000 },
    ]
    const runs: string[] = []
    for (let index = 0; index < 3; index++) {
      const trace = await simulate({ topics, faults, seed: 7 }, shopAndInventory)
      runs.push(trace.map(record => JSON.stringify(record)).join('\n'))
    }
    expect(runs[1]).toBe(runs[0])
    expect(runs[2]).toBe(runs[0])
  })

  it('traces every delivery to its append, and every outcome to its delivery', async () => {
    const trace = await simulate({ topics }, shopAndInventory)
    const bySeq = new Map(trace.map(record => [record.seq, record]))
    const handled = trace.filter(record => record.kind === 'kafka.handled')
    expect(handled).toHaveLength(4)
    for (const record of handled) {
      const delivery = bySeq.get(record.cause)
      expect(delivery).toMatchObject({ kind: 'kafka.deliver', label: record.label, process: 'inventory' })
      expect(bySeq.get(delivery!.cause)).toMatchObject({
        kind: 'kafka.append',
        label: record.label,
        producer: 'shop',
      })
    }
  })

  it('names what a handler does after the message it is about', async () => {
    const subjects: string[] = []
    await simulate(onePartition, async run => {
      run.cluster.append(TOPIC, placed('order-1', 'order-2'))
      run.consume({
        process: 'inventory',
        topic: TOPIC,
        handler: async () => {
          subjects.push(run.world.runtime.context.subject)
          await new Promise(resolve => setTimeout(resolve, 5))
          subjects.push(run.world.runtime.context.subject)
        },
      })
      await run.settle()
    })
    const [one, two] = ['order-1/OrderPlaced', 'order-2/OrderPlaced']
    expect(subjects).toEqual([one, one, two, two])
  })

  it('keeps the subjects of partitions that are handled at the same time apart', async () => {
    const subjects: string[] = []
    await simulate({ topics }, async run => {
      run.cluster.append(
        TOPIC,
        placed('a', 'b').map((message, partition) => ({ ...message, partition })),
      )
      run.consume({
        process: 'inventory',
        topic: TOPIC,
        run: { partitionsConsumedConcurrently: 2 },
        handler: async ({ message }) => {
          await Promise.resolve()
          subjects.push(`${message.key} in ${run.world.runtime.context.subject}`)
        },
      })
      await run.settle()
    })
    expect(subjects.sort()).toEqual(['a in a/OrderPlaced', 'b in b/OrderPlaced'])
  })

  it('says what KafkaJS logs as a warning or error, without the engine’s words', async () => {
    await simulate(onePartition, async run => {
      run.cluster.append(TOPIC, [{ key: 'order-1', value: '{"broken' }])
      run.consume({
        process: 'inventory',
        topic: TOPIC,
        handler: ({ message }) => void JSON.parse(String(message.value)),
      })
      await run.settle()
      expect(run.of('log').map(({ level, message }) => [level, message])).toEqual([
        ['ERROR', '[Runner] Error when calling eachMessage'],
        ['ERROR', '[Consumer] Crash: KafkaJSNonRetriableError'],
      ])
      expect(run.of('kafka.handled')).toMatchObject([{ ok: false, error: 'SyntaxError' }])
    })
  })
})

describe('a label', () => {
  it('is key and type: of a header, of the JSON value, or else the topic', async () => {
    await simulate(onePartition, async run => {
      run.cluster.append(TOPIC, [
        { key: 'a', value: '{"type":"InValue"}', headers: { type: 'InHeader' } },
        { key: 'b', value: '{}', headers: { ce_type: Buffer.from('CloudEvent') } },
        { key: 'c', value: '{"data":{"type":"Nested"},"type":"InValue"}' },
        { key: 'd', value: 'no json' },
        { value: '{"type":"Keyless"}' },
      ])
      expect([...run.cluster.messages(TOPIC)].map(({ label }) => label)).toEqual([
        'a/InHeader',
        'b/CloudEvent',
        'c/InValue',
        'd/order.events',
        'partition-0/Keyless',
      ])
    })
  })

  it('can be chosen', async () => {
    const label = ({ topic, message }: { topic: string; message: { value: unknown } }) =>
      `${topic}: ${message.value}`
    await simulate({ ...onePartition, label }, async run => {
      run.cluster.append(TOPIC, [{ value: 'x' }])
      expect([...run.cluster.messages(TOPIC)][0]!.label).toBe('order.events: x')
    })
  })
})

describe('inspection', () => {
  it('tells watermarks, positions, groups and lag without taking a step', async () => {
    await simulate(onePartition, async run => {
      run.consume({ process: 'inventory', topic: TOPIC })
      run.cluster.append(TOPIC, placed('order-1'))
      await run.settle()
      const { cluster, world } = run
      const steps = world.steps
      cluster.append(TOPIC, placed('order-2', 'order-3'))
      expect(cluster.topics()).toEqual([{ topic: TOPIC, partitions: 1 }])
      expect([cluster.lowWatermark(TOPIC, 0), cluster.highWatermark(TOPIC, 0)]).toEqual([0, 3])
      expect(cluster.committedOffset('inventory', TOPIC, 0)).toBe(1)
      expect(cluster.committedOffset('nobody', TOPIC, 0)).toBeUndefined()
      expect(cluster.lag('inventory')).toEqual([{ topic: TOPIC, partition: 0, messages: 2, ageMs: 0 }])
      expect(cluster.groups()).toEqual([
        {
          group: 'inventory',
          state: 'Stable',
          generation: 1,
          members: [{ member: 'inventory-member-1', process: 'inventory', partitions: [`${TOPIC}/0`] }],
        },
      ])
      expect(world.steps).toBe(steps)
    })
  })

  it('shows messages as a reader of committed ones sees them, or all', async () => {
    await simulate(onePartition, async run => {
      const seen = { open: [] as string[], done: [] as string[], all: [] as string[] }
      const read = (isolation?: 'read_committed') =>
        [...run.cluster.messages(TOPIC, isolation)].map(({ value }) => String(value))
      run.send(
        'shop',
        async producer => {
          const send = (value: string) => ({ topic: TOPIC, messages: [{ value }] })
          const aborted = await producer.transaction()
          await aborted.send(send('aborted'))
          run.cluster.append(TOPIC, [{ value: 'plain' }])
          await aborted.abort()
          const committed = await producer.transaction()
          await committed.send(send('committed'))
          run.cluster.append(TOPIC, [{ value: 'behind' }])
          seen.open = read('read_committed')
          await committed.commit()
        },
        { transactionalId: 'shop', idempotent: true, maxInFlightRequests: 1 },
      )
      await run.settle()
      seen.done = read('read_committed')
      seen.all = read()
      expect(seen).toEqual({
        open: ['plain'],
        done: ['plain', 'committed', 'behind'],
        all: ['aborted', 'plain', 'committed', 'behind'],
      })
    })
  })

  it('says which partitions there are when asked for one that is not there', async () => {
    const cluster = createCluster({ topics: [{ topic: 'a', partitions: 2 }] })
    expect(() => cluster.highWatermark('b', 0)).toThrow('There is no partition 0 of a topic b.')
  })

  it('forgets messages that are older than the topic’s retention when somebody reads', async () => {
    await simulate({ topics: [{ topic: TOPIC, partitions: 1, retentionMs: 60_000 }] }, async run => {
      run.cluster.append(TOPIC, placed('order-1'))
      run.send('shop', async producer => {
        await new Promise(resolve => setTimeout(resolve, 90_000))
        await producer.send({ topic: TOPIC, messages: placed('order-2') })
      })
      await run.settle()
      run.consume({ process: 'inventory', topic: TOPIC })
      await run.settle()
      expect(run.of('kafka.deliver').map(({ label }) => label)).toEqual(['order-2/OrderPlaced'])
      expect(run.of('kafka.retention')).toMatchObject([{ low: 1, deleted: 1, unreadBy: {} }])
    })
  })
})

describe('what the simulator does not do', () => {
  const { Kafka } = createCluster()

  it('refuses encryption and authentication', () => {
    expect(() => new Kafka({ ssl: true })).toThrow('Not supported by the simulator: the option ssl')
  })

  it('refuses access control lists, reassignments and compaction', async () => {
    const admin = new Kafka().admin()
    await admin.connect()
    const compacted = { topic: 'a', configEntries: [{ name: 'cleanup.policy', value: 'compact' }] }
    await expect(admin.createTopics({ topics: [compacted] })).rejects.toThrow('log compaction')
    await expect(admin.listPartitionReassignments({})).rejects.toThrow('partition reassignments')
    await admin.disconnect()
  })

  it('asks for no topic that it may not make', async () => {
    const cluster = createCluster({ autoCreateTopics: false })
    const producer = new cluster.Kafka({ retry: { retries: 0 }, logLevel: 0 }).producer()
    await producer.connect()
    await expect(producer.send({ topic: 'nowhere', messages: [{ value: 'x' }] })).rejects.toMatchObject({
      cause: { type: 'UNKNOWN_TOPIC_OR_PARTITION' },
    })
    await producer.disconnect()
  })
})
