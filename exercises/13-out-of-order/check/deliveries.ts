/**
 * What a service was handed by Kafka, and when: noted around its handlers, as its own database need not tell.
 */
import type { Consumer, ConsumerRunConfig, KafkaMessage } from 'kafkajs'
import type { Host } from '#simulator/service.ts'

export interface Delivery {
  readonly topic: string
  readonly partition: number
  /** The id of the event; empty when it has none. */
  readonly eventId: string
  readonly atMs: number
  /** When its handler was through with it; undefined when it failed, or died. */
  handledAtMs?: number
}

/**
 * The host with a note of every delivery, and with a liveness probe, as every platform has one: when KafkaJS has given a
 * consumer up for good, the process is started again. (A commit that the group refuses is such a case, if the service
 * makes it itself.)
 */
export function watched(host: Host, deliveries: Delivery[]): Host {
  const { kafka } = host
  async function note(
    topic: string,
    partition: number,
    messages: readonly KafkaMessage[],
    handling: () => Promise<void>,
  ): Promise<void> {
    const noted = messages.map(
      ({ value }): Delivery => ({ topic, partition, eventId: eventIdOf(value), atMs: Date.now() }),
    )
    deliveries.push(...noted)
    await handling()
    for (const delivery of noted) delivery.handledAtMs = Date.now()
  }
  function watch(consumer: Consumer): Consumer {
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (payload.restart) return
      setTimeout(() => {
        throw payload.error
      })
    })
    const run = (config: ConsumerRunConfig = {}) => {
      const { eachMessage, eachBatch } = config
      return consumer.run({
        ...config,
        ...(eachMessage !== undefined && {
          eachMessage: payload =>
            note(payload.topic, payload.partition, [payload.message], () => eachMessage(payload)),
        }),
        ...(eachBatch !== undefined && {
          eachBatch: payload =>
            note(payload.batch.topic, payload.batch.partition, payload.batch.messages, () =>
              eachBatch(payload),
            ),
        }),
      })
    }
    return { ...consumer, run }
  }
  return {
    ...host,
    kafka: {
      producer: config => kafka.producer(config),
      admin: config => kafka.admin(config),
      consumer: config => watch(kafka.consumer(config)),
    },
  }
}

/** Producers write it first; parsing everything that thousands of runs are handed would take most of their time. */
export function eventIdOf(value: Buffer | null): string {
  return /"id":"([^"]*)"/.exec(String(value))?.[1] ?? ''
}
