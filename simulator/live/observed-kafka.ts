/**
 * A service's Kafka client, watched: what is handled is logged, counted and struck by faults, and all of it can be closed.
 */
import type { Consumer, ConsumerRunConfig, KafkaMessage, Producer } from 'kafkajs'
import type { KafkaClient } from '#simulator/service.ts'
import type { ClientFaults } from './client-faults.ts'
import type { Log } from './logs.ts'
import type { Metrics } from './metrics.ts'
import { withinTrace } from './trace-scope.ts'

export interface ObservedKafka {
  /** KafkaJS's own interface, as the service gets it. */
  readonly kafka: KafkaClient
  /** False until every consumer that was started has joined its group. */
  isReady(): boolean
  /** Lets the handlers and sends that are under way end, leaves the groups, and disconnects. */
  close(): Promise<void>
}

export interface ObservedKafkaOptions {
  readonly service: string
  readonly instance: string
  readonly kafka: KafkaClient
  readonly faults: ClientFaults
  readonly log: Log
  readonly metrics: Metrics
  /** KafkaJS has stopped a consumer and will not start it again. */
  onGivenUp(error: Error): void
}

interface Closable {
  disconnect(): Promise<void>
}

export function observeKafka(options: ObservedKafkaOptions): ObservedKafka {
  const { kafka, instance, metrics, log, onGivenUp } = options
  const consumers = new Set<Consumer>()
  const joining = new Set<Consumer>()
  const others = new Set<Closable>()
  const sends = new Set<Promise<unknown>>()
  let isClosed = false

  return {
    kafka: {
      producer(config) {
        const producer = kafka.producer(config)
        others.add(producer)
        return watchSends(producer, sends)
      },
      admin(config) {
        const admin = kafka.admin(config)
        others.add(admin)
        return admin
      },
      consumer(config) {
        const consumer = kafka.consumer(config)
        consumers.add(consumer)
        consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
          joining.delete(consumer)
          const partitions = Object.entries(payload.memberAssignment).flatMap(([topic, numbers]) =>
            numbers.map(partition => ({ topic, partition })),
          )
          metrics.assigned(instance, partitions)
          const reads = partitions.map(({ topic, partition }) => `${topic}/${partition}`).sort()
          log.info(
            { group: payload.groupId, partitions: reads.length },
            `reads ${reads.join(' ') || 'nothing'}`,
          )
        })
        consumer.on(consumer.events.CRASH, ({ payload }) => {
          if (!payload.restart && !isClosed) onGivenUp(payload.error)
        })
        const { run } = consumer
        return Object.assign(consumer, {
          run(config: ConsumerRunConfig = {}) {
            joining.add(consumer)
            return run(watchHandlers(config, options))
          },
        })
      },
    },
    isReady: () => joining.size === 0,
    async close() {
      isClosed = true
      await Promise.allSettled([...consumers].map(consumer => consumer.disconnect()))
      while (sends.size > 0) await Promise.allSettled(sends)
      await Promise.allSettled([...others].map(client => client.disconnect()))
      metrics.assigned(instance, [])
    },
  }
}

/** Notes what is on its way, so that whoever closes can wait for it. */
function watchSends(producer: Producer, sends: Set<Promise<unknown>>): Producer {
  const note = <T>(sending: Promise<T>): Promise<T> => {
    sends.add(sending)
    const forget = () => void sends.delete(sending)
    sending.then(forget, forget)
    return sending
  }
  const { send, sendBatch } = producer
  return Object.assign(producer, {
    send: (record: Parameters<typeof send>[0]) => note(send(record)),
    sendBatch: (batch: Parameters<typeof sendBatch>[0]) => note(sendBatch(batch)),
  })
}

function watchHandlers(config: ConsumerRunConfig, options: ObservedKafkaOptions): ConsumerRunConfig {
  const { eachMessage, eachBatch } = config
  const { faults } = options
  return {
    ...config,
    ...(eachMessage && {
      eachMessage: async payload => {
        await observe(options, payload.topic, payload.partition, payload.message, async () => {
          await eachMessage({ ...payload, message: await faults.beforeHandling(payload) })
          faults.afterHandling(payload)
        })
      },
    }),
    ...(eachBatch && {
      eachBatch: async payload => {
        const { topic, partition, messages } = payload.batch
        const first = messages[0]!
        await observe(options, topic, partition, first, async () => {
          const given: KafkaMessage[] = []
          for (const message of messages)
            given.push(await faults.beforeHandling({ topic, partition, message }))
          // The batch's own methods read its `messages`; they have to see what the handler sees.
          await eachBatch({ ...payload, batch: Object.assign(payload.batch, { messages: given }) })
          for (const message of messages) faults.afterHandling({ topic, partition, message })
        })
      },
    }),
  }
}

async function observe(
  { service, log, metrics }: ObservedKafkaOptions,
  topic: string,
  partition: number,
  message: KafkaMessage,
  handle: () => Promise<void>,
): Promise<void> {
  const startedAt = performance.now()
  const { type, trace_id } = readEnvelope(message)
  const what = { topic, partition, offset: Number(message.offset), trace_id }
  try {
    await withinTrace(trace_id, handle)
    const tookMs = performance.now() - startedAt
    metrics.message(service, topic, 'handled', tookMs)
    log.info({ ...what, ms: Math.round(tookMs) }, `handled ${type} ${message.key}`)
  } catch (error) {
    metrics.message(service, topic, 'failed', performance.now() - startedAt)
    const reason = error instanceof Error ? error.message : String(error)
    log.warn({ ...what, reason }, `failed at ${type} ${message.key}`)
    throw error
  }
}

/** Whatever a message says of itself; nothing when it is no envelope. */
function readEnvelope({ value }: KafkaMessage): { type: string; trace_id?: string } {
  try {
    const { type, trace_id } = JSON.parse(String(value)) as { type?: unknown; trace_id?: unknown }
    return {
      type: typeof type === 'string' ? type : 'a message',
      ...(typeof trace_id === 'string' && /^[0-9a-f]{32}$/.test(trace_id) && { trace_id }),
    }
  } catch {
    return { type: 'a message' }
  }
}
