/**
 * A service's Kafka client, watched: what is handled is logged, counted and struck by faults, and all of it can be closed.
 */
import type { Consumer, ConsumerRunConfig, KafkaMessage, Producer } from 'kafkajs'
import type { KafkaClient } from '#simulator/service.ts'
import type { ClientFaults } from './client-faults.ts'
import type { Log } from './logs.ts'
import type { Metrics } from './metrics.ts'
import type { ServiceContext } from './service-context.ts'
import { withinTrace } from './trace-scope.ts'

export interface ObservedKafka {
  /** KafkaJS's own interface, as the service gets it. */
  readonly kafka: KafkaClient
  /** True while every consumer that was started is in its group. */
  isReady(): boolean
  /** Lets the handlers and sends that are under way end, leaves the groups, and disconnects; once, however often it is called. */
  close(): Promise<void>
}

export interface ObservedKafkaOptions {
  readonly service: string
  readonly instance: string
  readonly kafka: KafkaClient
  /** Of the service: its handlers are called in it. */
  readonly context: ServiceContext
  /** Of the clients themselves: sockets, heartbeats, retries. They outlive the service's code by the time it takes to close them. */
  readonly clientContext: ServiceContext
  readonly faults: ClientFaults
  readonly log: Log
  readonly metrics: Metrics
  /** A consumer has joined its group. */
  onJoined(): void
  /** KafkaJS has stopped a consumer and will not start it again. */
  onGivenUp(error: Error): void
}

interface Closable {
  disconnect(): Promise<void>
}

/**
 * A consumer that is stopped waits for its long poll, by default up to 5 s, and looks for a rebalance only between two polls.
 * With a shorter one it ends sooner and takes over sooner; a service that names its own gets it.
 */
const MAX_WAIT_MS = 1_000

export function observeKafka(options: ObservedKafkaOptions): ObservedKafka {
  const { kafka, instance, context, clientContext, metrics, log } = options
  const consumers = new Set<Consumer>()
  /** Those that were started, each with what it reads; undefined while it is not in its group. */
  const reads = new Map<Consumer, readonly Partition[] | undefined>()
  const others = new Set<Closable>()
  const sends = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  function note(consumer: Consumer, partitions: readonly Partition[] | undefined): void {
    if (closing !== undefined || !reads.has(consumer)) return
    reads.set(consumer, partitions)
    metrics.assigned(
      instance,
      [...reads.values()].flatMap(partitions => partitions ?? []),
    )
  }

  async function close(): Promise<void> {
    await Promise.allSettled([...consumers].map(consumer => consumer.disconnect()))
    while (sends.size > 0) await Promise.allSettled(sends)
    await Promise.allSettled([...others].map(client => client.disconnect()))
    metrics.assigned(instance, [])
  }

  function create<T extends object>(make: () => T): T {
    if (closing !== undefined) throw new Error(`${instance} has been stopped`)
    return within(clientContext, clientContext.run(make))
  }

  return {
    kafka: {
      producer(config) {
        const producer = create(() => kafka.producer(config))
        others.add(producer)
        return watchSends(producer, sends, clientContext)
      },
      admin(config) {
        const admin = create(() => kafka.admin(config))
        others.add(admin)
        return admin
      },
      consumer(config) {
        const consumer = create(() => kafka.consumer({ maxWaitTimeInMs: MAX_WAIT_MS, ...config }))
        consumers.add(consumer)
        const { events, on, run } = consumer
        on(events.GROUP_JOIN, ({ payload }) => {
          const partitions = partitionsIn(payload.memberAssignment)
          note(consumer, partitions)
          const fields = { group: payload.groupId, partitions: partitions.length }
          log.info(fields, `reads ${sayPartitions(partitions)}`)
          options.onJoined()
        })
        on(events.REBALANCING, () => note(consumer, undefined))
        on(events.CRASH, ({ payload }) => {
          note(consumer, undefined)
          if (!payload.restart && closing === undefined) options.onGivenUp(payload.error)
        })
        const listen = (event: string, listener: (...values: unknown[]) => unknown) =>
          Reflect.apply(on, consumer, [
            event,
            (...values: unknown[]) => context.run(() => listener(...values)),
          ])
        return Object.assign(consumer, {
          on: listen as Consumer['on'],
          run(config: ConsumerRunConfig = {}) {
            reads.set(consumer, undefined)
            return run(watchHandlers(config, options))
          },
        })
      },
    },
    isReady: () => closing === undefined && [...reads.values()].every(partitions => partitions !== undefined),
    close() {
      closing ??= close()
      return closing
    },
  }
}

/** Whatever is asked of the client runs in its own context: when the service ends, it must still be able to leave its group. */
function within<T extends object>(context: ServiceContext, client: T): T {
  for (const [name, member] of Object.entries(client) as [string, unknown][]) {
    if (typeof member !== 'function') continue
    Reflect.set(client, name, (...values: unknown[]) =>
      context.run(() => Reflect.apply(member, client, values)),
    )
  }
  return client
}

interface Partition {
  readonly topic: string
  readonly partition: number
}

function partitionsIn(assignment: Readonly<Record<string, readonly number[]>>): Partition[] {
  return Object.entries(assignment)
    .flatMap(([topic, numbers]) => [...numbers].sort().map(partition => ({ topic, partition })))
    .sort((left, right) => left.topic.localeCompare(right.topic) || left.partition - right.partition)
}

/** `order.events/0,1,2 retry.search/0` */
function sayPartitions(partitions: readonly Partition[]): string {
  const numbers = new Map<string, number[]>()
  for (const { topic, partition } of partitions)
    numbers.set(topic, [...(numbers.get(topic) ?? []), partition])
  return [...numbers].map(([topic, its]) => `${topic}/${its}`).join(' ') || 'nothing'
}

/** Notes what is on its way, so that whoever closes can wait for it. */
function watchSends(producer: Producer, sends: Set<Promise<unknown>>, context: ServiceContext): Producer {
  const note = <T>(sending: Promise<T>): Promise<T> => {
    sends.add(sending)
    const forget = () => void sends.delete(sending)
    sending.then(forget, forget)
    return sending
  }
  const { send, sendBatch, transaction } = producer
  return Object.assign(producer, {
    send: (record: Parameters<typeof send>[0]) => note(send(record)),
    sendBatch: (batch: Parameters<typeof sendBatch>[0]) => note(sendBatch(batch)),
    async transaction() {
      const opened = within(context, await transaction())
      const { commit, abort } = opened
      return Object.assign(opened, { commit: () => note(commit()), abort: () => note(abort()) })
    },
  })
}

function watchHandlers(config: ConsumerRunConfig, options: ObservedKafkaOptions): ConsumerRunConfig {
  const { eachMessage, eachBatch } = config
  const { faults } = options
  return {
    ...config,
    ...(eachMessage && {
      eachMessage: payload =>
        observe(options, payload, payload.message, async () => {
          await eachMessage({ ...payload, message: await faults.beforeHandling(payload) })
          faults.afterHandling(payload)
        }),
    }),
    ...(eachBatch && {
      eachBatch: payload => {
        const { batch } = payload
        const deliveries = batch.messages.map(message => ({
          topic: batch.topic,
          partition: batch.partition,
          message,
        }))
        return observe(options, batch, batch.messages[0], async () => {
          const messages: KafkaMessage[] = []
          for (const delivery of deliveries) messages.push(await faults.beforeHandling(delivery))
          // The batch's own methods read its `messages`; they have to see what the handler sees.
          await eachBatch({ ...payload, batch: Object.assign(batch, { messages }) })
          for (const delivery of deliveries) faults.afterHandling(delivery)
        })
      },
    }),
  }
}

/** @param message what is handled, or the first of it */
async function observe(
  { service, context, log, metrics }: ObservedKafkaOptions,
  { topic, partition }: Partition,
  message: KafkaMessage | undefined,
  handle: () => Promise<void>,
): Promise<void> {
  const startedAt = performance.now()
  const { type, trace_id } = readEnvelope(message)
  const what = { topic, partition, offset: Number(message?.offset), trace_id }
  const subject = message?.key == null ? type : `${type} ${message.key}`
  try {
    await context.run(() => withinTrace(trace_id, handle))
    const tookMs = performance.now() - startedAt
    metrics.message(service, topic, 'handled', tookMs)
    log.info({ ...what, ms: Math.round(tookMs) }, `handled ${subject}`)
  } catch (error) {
    metrics.message(service, topic, 'failed', performance.now() - startedAt)
    const reason = error instanceof Error ? error.message : String(error)
    log.warn({ ...what, reason }, `failed at ${subject}`)
    throw error
  }
}

/** Whatever a message says of itself; nothing when it is no envelope. */
function readEnvelope(message: KafkaMessage | undefined): { type: string; trace_id?: string } {
  try {
    const { type, trace_id } = JSON.parse(String(message?.value)) as { type?: unknown; trace_id?: unknown }
    return {
      type: typeof type === 'string' ? type : 'a message',
      ...(typeof trace_id === 'string' && /^[0-9a-f]{32}$/.test(trace_id) && { trace_id }),
    }
  } catch {
    return { type: 'a message' }
  }
}
