/**
 * Random things to do to a cluster, through KafkaJS's clients, for properties of what a journal keeps.
 */
import fc from 'fast-check'
import type { Admin, Message, Producer, Transaction } from 'kafkajs'
import type { Cluster } from '#simulator/kafka/cluster.ts'
import { commit } from './journals.ts'

type Operation = typeof operation extends fc.Arbitrary<infer Generated> ? Generated : never

const TRANSACTIONAL_IDS = ['relay-1', 'relay-2']

const topic = fc.constantFrom('a', 'b', 'c')
const group = fc.constantFrom('readers', 'writers')
const id = fc.constantFrom(...TRANSACTIONAL_IDS)
const offset = fc.nat({ max: 8 })
const text = fc.string({ unit: 'binary', maxLength: 6 })
const bytes = fc.uint8Array({ maxLength: 6 }).map(array => Buffer.from(array))
const textOrBytes = fc.oneof(text, bytes)
const texts = fc.array(text, { minLength: 1, maxLength: 3 })
const message: fc.Arbitrary<Message> = fc.record({
  key: fc.oneof(textOrBytes, fc.constant(null)),
  value: fc.oneof(textOrBytes, fc.constant(null)),
  headers: fc.dictionary(
    fc.oneof(fc.constant('type'), fc.string({ minLength: 1, maxLength: 4 })),
    fc.oneof(textOrBytes, fc.array(textOrBytes, { maxLength: 2 })),
    { maxKeys: 2, noNullPrototype: true },
  ),
  timestamp: fc.nat().map(String),
})
const messages = fc.array(message, { minLength: 1, maxLength: 4 })

/** Some of what is generated is impossible when its turn comes. Then it is refused, and changes nothing. */
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('append' as const), topic, messages }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('send' as const), topic, texts }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('send in a transaction' as const), id, topic, texts }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('offsets in a transaction' as const), id, topic, offset }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('commit' as const, 'abort' as const), id }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('create' as const, 'delete' as const), topic }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('extend' as const),
      topic,
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('configure' as const),
      topic,
      retentionMs: fc.constantFrom(-1, 1000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete records' as const), topic, offset }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('offsets' as const), group, topic, offset }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete group' as const), group }) },
)

export const operations = fc.array(operation, { minLength: 5, maxLength: 40 })

export const KINDS: readonly Operation['do'][] = [
  'append',
  'send',
  'send in a transaction',
  'offsets in a transaction',
  'commit',
  'abort',
  'create',
  'delete',
  'extend',
  'configure',
  'delete records',
  'offsets',
  'delete group',
]

/** A cluster's clients, and the transactions they have open. */
export class Operator {
  readonly open = new Map<string, Transaction>()

  private constructor(
    readonly cluster: Cluster,
    readonly admin: Admin,
    readonly producer: Producer,
    readonly relays: ReadonlyMap<string, Producer>,
  ) {}

  static async connect(cluster: Cluster): Promise<Operator> {
    const kafka = new cluster.Kafka({ logLevel: 0, retry: { retries: 0 } })
    // A transaction that follows at once is refused as long as the last one is ending.
    const exact = { idempotent: true, maxInFlightRequests: 1, retry: { retries: 4, initialRetryTime: 2 } }
    const admin = kafka.admin({ retry: { retries: 0 } })
    const producer = kafka.producer(exact)
    await Promise.all([admin.connect(), producer.connect()])
    const relays = new Map<string, Producer>()
    for (const transactionalId of TRANSACTIONAL_IDS) {
      const relay = kafka.producer({ ...exact, transactionalId })
      await relay.connect()
      relays.set(transactionalId, relay)
    }
    return new Operator(cluster, admin, producer, relays)
  }

  /** Rejects when it is impossible now. */
  async carryOut(asked: Operation): Promise<unknown> {
    const { cluster, admin, producer, open } = this
    switch (asked.do) {
      case 'append':
        return cluster.append(asked.topic, asked.messages)
      case 'send':
        return producer.send({ topic: asked.topic, messages: keyed(asked.texts) })
      case 'send in a transaction':
        return (await this.#transaction(asked.id)).send({ topic: asked.topic, messages: keyed(asked.texts) })
      case 'offsets in a transaction':
        // KafkaJS asks for a missing topic again and again.
        this.#require(asked.topic)
        return (await this.#transaction(asked.id)).sendOffsets({
          consumerGroupId: 'readers',
          topics: [{ topic: asked.topic, partitions: [{ partition: 0, offset: String(asked.offset) }] }],
        })
      case 'commit':
      case 'abort': {
        const transaction = open.get(asked.id)
        if (transaction === undefined) throw new Error('there is no transaction to end')
        open.delete(asked.id)
        return transaction[asked.do]()
      }
      case 'create':
        // Waiting for leaders takes KafkaJS a tenth of a second.
        return admin.createTopics({
          topics: [{ topic: asked.topic, numPartitions: 2 }],
          waitForLeaders: false,
        })
      case 'delete':
        return admin.deleteTopics({ topics: [asked.topic] })
      case 'extend':
        return admin.createPartitions({ topicPartitions: [{ topic: asked.topic, count: asked.count }] })
      case 'configure': {
        const configEntries = [{ name: 'retention.ms', value: String(asked.retentionMs) }]
        const resources = [{ type: 2, name: asked.topic, configEntries }]
        return admin.alterConfigs({ validateOnly: false, resources })
      }
      case 'delete records':
        // KafkaJS's admin client knows no leaders before it has asked for something.
        await admin.fetchTopicOffsets(asked.topic)
        return admin.deleteTopicRecords({
          topic: asked.topic,
          partitions: [{ partition: 0, offset: String(asked.offset) }],
        })
      case 'offsets':
        return commit(cluster, asked.group, asked.topic, 0, asked.offset)
      case 'delete group':
        return admin.deleteGroups([asked.group])
    }
  }

  async #transaction(id: string): Promise<Transaction> {
    const transaction = this.open.get(id) ?? (await this.relays.get(id)!.transaction())
    this.open.set(id, transaction)
    return transaction
  }

  #require(wanted: string): void {
    if (!this.cluster.topics().some(({ topic }) => topic === wanted))
      throw new Error('there is no such topic')
  }
}

function keyed(texts: readonly string[]): Message[] {
  return texts.map(value => ({ value, key: value }))
}
