/**
 * What a case of the Kafka contract is given, and how an implementation enters the contract.
 *
 * Cases use KafkaJS's public interface only, so that the simulator and a real broker can be held to the same behaviour.
 */
import type { Admin, Consumer, Kafka, KafkaMessage, Producer } from 'kafkajs'
import { describe, it } from 'vitest'

/** An implementation under test. */
export interface Implementation {
  readonly name: string
  /** Runs a case to its end; rejects with whatever the case threw. */
  run(body: (surroundings: Surroundings) => Promise<void>): Promise<void>
  /** Cases that are left out, by name, each with the reason. */
  readonly skip?: Readonly<Record<string, string>>
  /** The cases to run, by name. Default: all. */
  readonly only?: readonly string[]
}

export interface Surroundings {
  kafka(clientId: string): Kafka
  sleep(delayMs: number): Promise<void>
  /** Resolves once the condition holds; rejects when it does not within a minute. */
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>
  /** A suffix for names that nobody used before. */
  unique(): string
}

export interface Case {
  readonly name: string
  readonly body: (stage: Stage) => Promise<void>
}

export interface Seen {
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly key: string | null
  readonly value: string | null
}

/** Conveniences for cases. Everything made here is disconnected at the end. */
export class Stage {
  readonly #clients: { disconnect(): Promise<void> }[] = []

  constructor(readonly surroundings: Surroundings) {}

  get kafka(): Kafka {
    return this.surroundings.kafka('tester')
  }

  sleep(delayMs: number): Promise<void> {
    return this.surroundings.sleep(delayMs)
  }

  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    return this.surroundings.until(what, condition)
  }

  name(prefix: string): string {
    return `${prefix}-${this.surroundings.unique()}`
  }

  async admin(): Promise<Admin> {
    return this.connected(this.kafka.admin())
  }

  async producer(config: Parameters<Kafka['producer']>[0] = {}): Promise<Producer> {
    return this.connected(this.kafka.producer(config))
  }

  async consumer(config: Parameters<Kafka['consumer']>[0], clientId = 'tester'): Promise<Consumer> {
    // Leaving waits for the long poll to end; at KafkaJS's five seconds most of the time would go there.
    return this.connected(this.surroundings.kafka(clientId).consumer({ maxWaitTimeInMs: 250, ...config }))
  }

  async connected<T extends { connect(): Promise<void>; disconnect(): Promise<void> }>(
    client: T,
  ): Promise<T> {
    await client.connect()
    this.#clients.push(client)
    return client
  }

  /** A new topic. */
  async topic(partitions = 1): Promise<string> {
    const topic = this.name('topic')
    const admin = await this.admin()
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions }] })
    return topic
  }

  /** A topic with these values in partition 0. */
  async topicWith(...values: string[]): Promise<string> {
    const topic = await this.topic()
    await this.send(topic, ...values)
    return topic
  }

  async send(topic: string, ...values: string[]): Promise<void> {
    const producer = await this.producer()
    await producer.send({ topic, messages: values.map(value => ({ value, partition: 0 })) })
  }

  /** Reads with a new group from the beginning into the returned array. */
  async read(topic: string, config: Partial<Parameters<Kafka['consumer']>[0]> = {}): Promise<Seen[]> {
    const seen: Seen[] = []
    const consumer = await this.consumer({ groupId: this.name('reader'), ...config })
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({ eachMessage: async payload => void seen.push(seenOf(payload)) })
    return seen
  }

  /** A group's committed offset in partition 0, as a string; '-1' for none. */
  async committed(groupId: string, topic: string): Promise<string> {
    const admin = await this.admin()
    const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] })
    return offsets!.partitions.find(({ partition }) => partition === 0)!.offset
  }

  async close(): Promise<void> {
    for (const client of this.#clients.reverse()) await client.disconnect()
  }
}

export function seenOf(payload: { topic: string; partition: number; message: KafkaMessage }): Seen {
  const { topic, partition, message } = payload
  return {
    topic,
    partition,
    offset: message.offset,
    key: message.key?.toString() ?? null,
    value: message.value?.toString() ?? null,
  }
}

export const valuesOf = (seen: readonly Seen[]) => seen.map(({ value }) => value)

/** Holds an implementation to all the cases. */
export function enterContract(
  implementation: Implementation,
  groups: Readonly<Record<string, readonly Case[]>>,
): void {
  describe(implementation.name, () => {
    for (const [group, cases] of Object.entries(groups)) {
      if (implementation.only !== undefined && !cases.some(({ name }) => implementation.only?.includes(name)))
        continue
      describe(group, () => {
        for (const { name, body } of cases) {
          if (implementation.only?.includes(name) === false) continue
          const reason = implementation.skip?.[name]
          if (reason !== undefined) {
            it.skip(`${name} (${reason})`)
            continue
          }
          it(name, () =>
            implementation.run(async surroundings => {
              const stage = new Stage(surroundings)
              await body(stage)
              await stage.close()
            }),
          )
        }
      })
    }
  })
}
