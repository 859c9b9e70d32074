import type { EachBatchPayload, Message } from 'kafkajs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Cluster, createCluster } from '#simulator/kafka/cluster.ts'
import type { KafkaClient } from '#simulator/service.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import { createClientFaults } from './client-faults.ts'
import { kafkaLog, silentLog } from './logs.ts'
import { createMetrics } from './metrics.ts'
import { type ObservedKafka, observeKafka } from './observed-kafka.ts'
import { currentContext, ownTimers, ServiceContext } from './service-context.ts'
import { currentTraceId } from './trace-scope.ts'

const TOPIC = 'order.events'
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'

let cluster: Cluster
let context: ServiceContext
let observed: ObservedKafka
let kafka: KafkaClient
let assigned: string[]
let outcomes: string[]
let kills: number
let givenUp: Error[]

ownTimers()
beforeEach(() => {
  cluster = createCluster({ topics: [{ topic: TOPIC, partitions: 2 }] })
  cluster.shortenLongPolls()
  observe()
})
afterEach(() => observed.close())

function observe(...faults: Fault[]): void {
  context = new ServiceContext('inventory')
  assigned = []
  outcomes = []
  kills = 0
  givenUp = []
  observed = observeKafka({
    service: 'inventory',
    instance: 'inventory',
    kafka: new cluster.Kafka({ logCreator: kafkaLog(silentLog) }),
    context,
    clientContext: new ServiceContext('inventory'),
    faults: createClientFaults('inventory', faults, Date.now(), () => kills++),
    log: silentLog,
    metrics: {
      ...createMetrics(async () => []),
      assigned(_, partitions) {
        assigned = partitions.map(({ topic, partition }) => `${topic}/${partition}`)
      },
      message: (service, topic, outcome) => outcomes.push(`${service} ${topic} ${outcome}`),
    },
    onJoined: () => {},
    onGivenUp: error => givenUp.push(error),
  })
  ;({ kafka } = observed)
}

const event = (key: string, partition = 0): Message => ({
  key,
  partition,
  value: JSON.stringify({ type: 'OrderPlaced', trace_id: TRACE_ID }),
})
const append = (...keys: string[]) =>
  cluster.append(
    TOPIC,
    keys.map(key => event(key)),
  )
const committed = () => cluster.committedOffset('inventory', TOPIC, 0)
const PATIENCE = { timeout: 15_000 }

type Run = Parameters<ReturnType<KafkaClient['consumer']>['run']>[0]

async function consume(run: Run) {
  return context.run(async () => {
    const consumer = kafka.consumer({ groupId: 'inventory', retry: { initialRetryTime: 10 } })
    await consumer.connect()
    await consumer.subscribe({ topics: [TOPIC], fromBeginning: true })
    await consumer.run(run)
    return consumer
  })
}

describe('a handler of single messages', () => {
  test('gets what KafkaJS gives, in the context of its service and the trace of its message', async () => {
    append('order-1')
    const seen: unknown[] = []
    await consume({
      eachMessage: async ({ topic, partition, message, heartbeat, pause }) => {
        await heartbeat()
        seen.push([
          topic,
          partition,
          String(message.key),
          typeof pause,
          currentContext() === context,
          currentTraceId(),
        ])
      },
    })
    await expect.poll(() => seen, PATIENCE).toEqual([[TOPIC, 0, 'order-1', 'function', true, TRACE_ID]])
    await expect.poll(committed, PATIENCE).toBe(1)
    expect(outcomes).toEqual([`inventory ${TOPIC} handled`])
  })

  test('is told of anything that is no event too', async () => {
    const values = ['text', '{', '[]', 'null', '{"type":7,"trace_id":"x"}', null]
    cluster.append(
      TOPIC,
      values.map(value => ({ value, partition: 0 })),
    )
    const seen: unknown[] = []
    await consume({
      eachMessage: async ({ message }) => void seen.push(message.value && String(message.value)),
    })
    await expect.poll(() => seen, PATIENCE).toEqual(values)
    await expect.poll(committed, PATIENCE).toBe(values.length)
  })

  test('that throws is given the message again, with KafkaJS hearing the error itself', async () => {
    append('order-1')
    const errors: unknown[] = []
    const error = Object.assign(new Error('busy'), { code: 'SQLITE_BUSY' })
    const consumer = await context.run(async () => {
      const consumer = kafka.consumer({
        groupId: 'inventory',
        retry: {
          initialRetryTime: 10,
          retries: 1,
          restartOnFailure: async cause => {
            errors.push(cause)
            return false
          },
        },
      })
      await consumer.connect()
      await consumer.subscribe({ topics: [TOPIC], fromBeginning: true })
      return consumer
    })
    await consumer.run({ eachMessage: async () => Promise.reject(error) })
    await expect.poll(() => errors, PATIENCE).toHaveLength(1)
    expect((errors[0] as Error).cause).toBe(error)
    expect(outcomes).toEqual([`inventory ${TOPIC} failed`, `inventory ${TOPIC} failed`])
    expect(committed()).toBeUndefined()
  })

  test('is struck: an error in its place, then half a message, then the process is killed before the commit', async () => {
    append('order-1')
    const at = 'inventory/deliver order-1/OrderPlaced'
    observe(
      { kind: 'error', at },
      { kind: 'poison', at: `${at}#2`, times: 1 },
      { kind: 'crash', at: 'inventory/handled order-1/OrderPlaced' },
    )
    const lengths: number[] = []
    const offsets: unknown[] = []
    await consume({
      eachMessage: async ({ message }) => {
        lengths.push(message.value!.length)
        offsets.push(committed())
      },
    })
    const whole = event('order-1').value!.length
    await expect.poll(() => kills, PATIENCE).toBe(1)
    expect(lengths).toEqual([Math.ceil(whole / 2)])
    expect(offsets).toEqual([undefined])
    expect(outcomes[0]).toBe(`inventory ${TOPIC} failed`)
  })
})

describe('a handler of batches', () => {
  const keysOf = ({ batch }: EachBatchPayload) => batch.messages.map(({ key }) => String(key))

  test('gets the batch with its methods, and its last offset is resolved when it returns', async () => {
    append('order-1', 'order-2', 'order-3')
    const seen: unknown[] = []
    await consume({
      eachBatch: async payload => {
        const { batch, isRunning, isStale } = payload
        seen.push([
          keysOf(payload),
          batch.firstOffset(),
          batch.lastOffset(),
          batch.isEmpty(),
          isRunning(),
          isStale(),
        ])
        seen.push([currentContext() === context, currentTraceId()])
      },
    })
    await expect
      .poll(() => seen, PATIENCE)
      .toEqual([
        [['order-1', 'order-2', 'order-3'], '0', '2', false, true, false],
        [true, TRACE_ID],
      ])
    await expect.poll(committed, PATIENCE).toBe(3)
  })

  test('resolves itself what it wants resolved when it says so', async () => {
    append('order-1', 'order-2', 'order-3')
    const batches: string[][] = []
    await consume({
      eachBatchAutoResolve: false,
      eachBatch: async payload => {
        batches.push(keysOf(payload))
        payload.resolveOffset(payload.batch.messages[0]!.offset)
        await payload.commitOffsetsIfNecessary({
          topics: [
            {
              topic: TOPIC,
              partitions: [{ partition: 0, offset: String(Number(payload.batch.messages[0]!.offset) + 1) }],
            },
          ],
        })
      },
    })
    await expect
      .poll(() => batches, PATIENCE)
      .toEqual([['order-1', 'order-2', 'order-3'], ['order-2', 'order-3'], ['order-3']])
    await expect.poll(committed, PATIENCE).toBe(3)
  })

  test('that throws gets the batch again from the first offset it has not resolved', async () => {
    append('order-1', 'order-2')
    const batches: string[][] = []
    await consume({
      eachBatch: async payload => {
        batches.push(keysOf(payload))
        payload.resolveOffset(payload.batch.messages[0]!.offset)
        if (batches.length === 1) throw new Error('half done')
      },
    })
    await expect.poll(() => batches, PATIENCE).toEqual([['order-1', 'order-2'], ['order-2']])
  })

  test('is struck message by message, and its batch’s methods agree with what it sees', async () => {
    append('order-1', 'order-2')
    observe({ kind: 'poison', at: 'inventory/deliver order-2/OrderPlaced' })
    const seen: unknown[] = []
    await consume({
      eachBatch: async ({ batch }) => {
        seen.push(
          batch.messages.map(({ value }) => String(value).endsWith('}')),
          batch.isEmpty(),
          batch.lastOffset(),
        )
      },
    })
    await expect.poll(() => seen, PATIENCE).toEqual([[true, false], false, '1'])
  })

  test('is not called for what KafkaJS filters out, and moves on over it', async () => {
    const producer = new cluster.Kafka({ logCreator: kafkaLog(silentLog) }).producer({ transactionalId: 't' })
    await producer.connect()
    const aborted = await producer.transaction()
    await aborted.send({ topic: TOPIC, messages: [event('aborted')] })
    await aborted.abort()
    await producer.disconnect()
    append('order-1')
    const keys: string[] = []
    await consume({ eachBatch: async payload => void keys.push(...keysOf(payload)) })
    await expect.poll(() => keys, PATIENCE).toEqual(['order-1'])
    await expect.poll(committed, PATIENCE).toBe(3)
  })
})

describe('readiness', () => {
  test('comes when every consumer that was started is in its group, and says what each reads', async () => {
    const consumer = context.run(() => kafka.consumer({ groupId: 'inventory' }))
    await consumer.connect()
    await consumer.subscribe({ topics: [TOPIC] })
    expect(observed.isReady()).toBe(true)
    const running = consumer.run({ eachMessage: async () => {} })
    expect(observed.isReady()).toBe(false)
    await running
    await expect.poll(() => observed.isReady(), PATIENCE).toBe(true)
    expect(assigned).toEqual([`${TOPIC}/0`, `${TOPIC}/1`])
  })

  test('is lost with the consumer, and what it read is nobody’s', async () => {
    await consume({ eachMessage: async () => Promise.reject(new TypeError('order.lines is not iterable')) })
    await expect.poll(() => observed.isReady(), PATIENCE).toBe(true)
    append('order-1')
    await expect.poll(() => givenUp, PATIENCE).toHaveLength(1)
    expect(givenUp[0]!.message).toBe('order.lines is not iterable')
    expect(observed.isReady()).toBe(false)
    expect(assigned).toEqual([])
  })

  test('of a service with two consumers is that of both, and so is what it reads', async () => {
    await consume({ eachMessage: async () => {} })
    const second = context.run(() => kafka.consumer({ groupId: 'inventory-audit' }))
    await second.connect()
    await second.subscribe({ topics: [TOPIC] })
    await second.run({ eachMessage: async () => {} })
    await expect.poll(() => assigned, PATIENCE).toHaveLength(4)
    expect(observed.isReady()).toBe(true)
  })
})

describe('closing', () => {
  test('lets a handler end, commits what it did, and leaves the group', async () => {
    append('order-1', 'order-2')
    let begun = 0
    let handled = 0
    await consume({
      async eachMessage() {
        begun++
        await new Promise(resolve => setTimeout(resolve, 50))
        handled++
      },
    })
    await expect.poll(() => begun, PATIENCE).toBe(1)
    await observed.close()
    expect([begun, handled, committed()]).toEqual([1, 1, 1])
    expect(cluster.groups()[0]?.members).toEqual([])
    expect(assigned).toEqual([])
    expect(observed.isReady()).toBe(false)
  })

  test('lets a send end that is under way', async () => {
    const producer = kafka.producer()
    await producer.connect()
    let isSent = false
    void producer.send({ topic: TOPIC, messages: [event('order-1')] }).then(() => {
      isSent = true
    })
    await observed.close()
    expect(isSent).toBe(true)
  })

  test('lets a transaction end that is being committed', async () => {
    const producer = context.run(() => kafka.producer({ transactionalId: 't' }))
    await producer.connect()
    const transaction = await producer.transaction()
    await transaction.send({ topic: TOPIC, messages: [event('order-1')] })
    let isCommitted = false
    void transaction.commit().then(() => {
      isCommitted = true
    })
    await observed.close()
    expect(isCommitted).toBe(true)
    expect([...cluster.messages(TOPIC, 'read_committed')]).toHaveLength(1)
  })

  test('is the end: no new client, and the old ones are disconnected', async () => {
    const producer = kafka.producer()
    await producer.connect()
    await observed.close()
    await expect(producer.send({ topic: TOPIC, messages: [event('order-1')] })).rejects.toThrow(
      'disconnected',
    )
    expect(() => kafka.producer()).toThrow('inventory has been stopped')
    expect(() => kafka.consumer({ groupId: 'inventory' })).toThrow('stopped')
    expect(() => kafka.admin()).toThrow('stopped')
  })

  test('does not need the service’s timers: its clients have their own, and wait with them', async () => {
    append('order-1')
    let deliveries = 0
    await consume({
      async eachMessage() {
        if (++deliveries > 1) return
        // From here on KafkaJS's own back-off is all that goes on.
        context.end()
        throw new Error('not yet')
      },
    })
    await expect.poll(committed, PATIENCE).toBe(1)
    expect(deliveries).toBe(2)
    await observed.close()
    expect(cluster.groups()[0]?.members).toEqual([])
  })
})

test('what listens to a client’s events is code of the service', async () => {
  const contexts: unknown[] = []
  const consumer = await consume({ eachMessage: async () => {} })
  consumer.on(consumer.events.END_BATCH_PROCESS, () => void contexts.push(currentContext() === context))
  append('order-1')
  await expect.poll(() => contexts, PATIENCE).toEqual([true])
})
