/**
 * What a case of the Kafka contract is, and what it is given.
 *
 * Cases use KafkaJS's public interface only, so that the simulator and a real broker can be held to the same behaviour.
 */
import type {
  Admin,
  Consumer,
  ConsumerConfig,
  ITopicConfig,
  Kafka,
  KafkaMessage,
  Producer,
  ProducerConfig,
} from 'kafkajs'

export interface Case {
  readonly name: string
  /** Holds for both, unless `sees` says what each of them sees. */
  readonly body: (stage: Stage) => Promise<unknown>
  /** What the body returns, where the two differ. Every such case is named by a row of differences.ts, which has the reason. */
  readonly sees?: Readonly<Record<Kind, unknown>>
}

export type Kind = 'simulator' | 'realBroker'

export interface Surroundings {
  kafka(clientId: string): Kafka
  sleep(delayMs: number): Promise<void>
  /** Resolves once the condition holds; rejects when it does not within a minute. */
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>
  /** A suffix for names that nobody used before. */
  unique(): string
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

  async producer(config: ProducerConfig = {}): Promise<Producer> {
    return this.connected(this.kafka.producer(config))
  }

  idempotent(): Promise<Producer> {
    return this.producer({ idempotent: true, maxInFlightRequests: 1 })
  }

  transactional(config: ProducerConfig = {}): Promise<Producer> {
    const transactionalId = this.name('transaction')
    return this.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1, ...config })
  }

  async consumer(config: ConsumerConfig, clientId = 'tester'): Promise<Consumer> {
    // Leaving waits for the long poll to end; at KafkaJS's five seconds most of the time would go there.
    return this.connected(this.surroundings.kafka(clientId).consumer({ maxWaitTimeInMs: 250, ...config }))
  }

  /** A consumer, by default of a new group, that starts at the beginning of these topics and does not run yet. */
  async subscribed(
    topics: string | string[],
    config: Partial<ConsumerConfig> = {},
    clientId?: string,
  ): Promise<Consumer> {
    const consumer = await this.consumer({ groupId: this.name('group'), ...config }, clientId)
    await consumer.subscribe({ topics: [topics].flat(), fromBeginning: true })
    return consumer
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
    await this.createTopics(admin, { topic, numPartitions: partitions })
    return topic
  }

  /**
   * What `createTopics` answers, once the topics are there and all their leaders know it. KafkaJS can wait itself, but it fails
   * when a busy broker does not know the topic yet: of the errors that mean so it expects another. And it would send a whole
   * request again, also what was written, when one of the leaders does not know yet that it leads.
   */
  async createTopics(admin: Admin, ...topics: ITopicConfig[]): Promise<boolean> {
    const created = await admin.createTopics({ topics, waitForLeaders: false })
    const names = topics.map(({ topic }) => topic)
    await this.until('the topics are there', async () => {
      try {
        await admin.fetchTopicMetadata({ topics: names })
        for (const topic of names) await admin.fetchTopicOffsets(topic)
        return true
      } catch {
        return false
      }
    })
    return created
  }

  /** A topic with these values in partition 0. */
  async topicWith(...values: string[]): Promise<string> {
    const topic = await this.topic()
    await this.send(topic, ...values)
    return topic
  }

  /** Sends to partition 0. */
  async send(topic: string, ...values: string[]): Promise<void> {
    const producer = await this.producer()
    await producer.send({ topic, messages: values.map(value => ({ value, partition: 0 })) })
  }

  /** Reads, by default with a new group, from the beginning into the returned array. */
  async read(topic: string, config: Partial<ConsumerConfig> = {}): Promise<Seen[]> {
    const seen: Seen[] = []
    const consumer = await this.subscribed(topic, config)
    await consumer.run({ eachMessage: async payload => void seen.push(seenOf(payload)) })
    return seen
  }

  /** Reads all messages of a topic, whose last has the value `end`, without it. */
  async readAll(topic: string): Promise<KafkaMessage[]> {
    const messages: KafkaMessage[] = []
    const consumer = await this.subscribed(topic)
    await consumer.run({ eachMessage: async ({ message }) => void messages.push(message) })
    await this.until('the end has arrived', () => messages.at(-1)?.value?.toString() === 'end')
    return messages.slice(0, -1)
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

/** What comes of an attempt that should fail: KafkaJS's name for the error, and Kafka's where the broker refused. */
export async function refusal(attempt: Promise<unknown>): Promise<{ name: string; type?: string }> {
  const error = await attempt.then(
    () => undefined,
    (caught: Error & { type?: string }) => caught,
  )
  if (error === undefined) return { name: 'not refused' }
  return error.type === undefined ? { name: error.name } : { name: error.name, type: error.type }
}

/** A group that has read everything in a topic and left. */
export async function groupThatRead(stage: Stage, topic: string, count: number): Promise<string> {
  const groupId = stage.name('group')
  const consumer = await stage.subscribed(topic, { groupId })
  let seen = 0
  await consumer.run({ eachMessage: async () => void seen++ })
  await stage.until('all is read', () => seen === count)
  await consumer.disconnect()
  return groupId
}
