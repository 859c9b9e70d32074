/**
 * The topics of a cluster: created, found, extended, configured and deleted.
 */
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Journal } from './journal.ts'
import { PartitionLog } from './partition-log.ts'
import { protocolError } from './protocol-errors.ts'
import { checkConfig, DEFAULT_CONFIG } from './topic-config.ts'

export interface TopicOptions {
  readonly topic: string
  /** Default 1, as Kafka's `num.partitions`. */
  readonly partitions?: number
  /** Without it nothing is ever deleted by age. Kafka's own default is seven days. */
  readonly retentionMs?: number
  /** Topic configuration by Kafka's names: `{ 'max.message.bytes': '2000' }` */
  readonly config?: Readonly<Record<string, string>>
}

export class Topic {
  readonly partitions: PartitionLog[] = []
  readonly config = new Map<string, string>()

  constructor(
    readonly name: string,
    readonly nodes: number,
    readonly journal: Journal | undefined,
  ) {}

  /** Milliseconds, or undefined when messages are kept for ever. */
  get retentionMs(): number | undefined {
    const value = Number(this.config.get('retention.ms') ?? -1)
    return value < 0 ? undefined : value
  }

  get maxMessageBytes(): number {
    return Number(this.config.get('max.message.bytes') ?? DEFAULT_CONFIG['max.message.bytes'])
  }

  /** How far ahead of the broker's clock a message's timestamp may be. */
  get maxTimestampAheadMs(): number {
    const name = 'message.timestamp.after.max.ms'
    return Number(this.config.get(name) ?? DEFAULT_CONFIG[name])
  }

  /** Adds partitions until there are `count`; leaders go round the nodes. */
  extend(count: number): void {
    for (let partition = this.partitions.length; partition < count; partition++) {
      this.partitions.push(new PartitionLog(this.name, partition, 1 + (partition % this.nodes), this.journal))
    }
  }
}

/** Kafka's rule for topic names (org.apache.kafka.common.internals.Topic). */
const LEGAL_NAME = /^[a-zA-Z0-9._-]{1,249}$/

export class Topics {
  readonly #topics = new Map<string, Topic>()

  constructor(
    readonly nodes: number,
    readonly autoCreate: boolean,
    readonly journal?: Journal,
  ) {}

  get all(): readonly Topic[] {
    return [...this.#topics.values()]
  }

  get(name: string): Topic | undefined {
    return this.#topics.get(name)
  }

  /** @throws INVALID_TOPIC_EXCEPTION, TOPIC_ALREADY_EXISTS, INVALID_PARTITIONS, INVALID_CONFIG, KAFKA_STORAGE_ERROR */
  create(options: TopicOptions): Topic {
    const topic = this.prepare(options)
    this.journal?.saveTopic(topic.name, topic.partitions.length, topic.config)
    this.#topics.set(topic.name, topic)
    return topic
  }

  /**
   * A topic that could be created like this.
   * @throws INVALID_TOPIC_EXCEPTION, TOPIC_ALREADY_EXISTS, INVALID_PARTITIONS, INVALID_CONFIG
   */
  prepare({ topic: name, partitions = 1, retentionMs, config = {} }: TopicOptions): Topic {
    if (this.#topics.has(name)) throw protocolError('TOPIC_ALREADY_EXISTS')
    if (!LEGAL_NAME.test(name) || name === '.' || name === '..')
      throw protocolError('INVALID_TOPIC_EXCEPTION')
    // Kafka's metrics take dots for underscores, so it has no two topics that differ in nothing else.
    const metric = metricName(name)
    for (const other of this.#topics.keys()) {
      if (other.length === name.length && metricName(other) === metric)
        throw protocolError('INVALID_TOPIC_EXCEPTION')
    }
    if (partitions < 1) throw protocolError('INVALID_PARTITIONS')
    const topic = new Topic(name, this.nodes, this.journal)
    if (retentionMs !== undefined) topic.config.set('retention.ms', String(retentionMs))
    for (const [key, value] of Object.entries(config)) set(topic.config, key, value)
    topic.extend(partitions)
    return topic
  }

  /** A topic as a journal has kept it, without its messages. */
  restore(name: string, partitions: number, config: ReadonlyMap<string, string>): Topic {
    const topic = new Topic(name, this.nodes, this.journal)
    for (const [key, value] of config) topic.config.set(key, value)
    topic.extend(partitions)
    this.#topics.set(name, topic)
    return topic
  }

  /** Adds partitions until there are `count`. @throws KAFKA_STORAGE_ERROR */
  extend(topic: Topic, count: number): void {
    this.journal?.saveTopic(topic.name, count, topic.config)
    topic.extend(count)
  }

  /** Sets these entries and resets all others. @throws INVALID_CONFIG, KAFKA_STORAGE_ERROR */
  configure(topic: Topic, entries: readonly { name: string; value: string }[]): void {
    const config = new Map<string, string>()
    for (const { name, value } of entries) set(config, name, value)
    this.journal?.saveTopic(topic.name, topic.partitions.length, config)
    topic.config.clear()
    for (const [key, value] of config) topic.config.set(key, value)
  }

  /** A topic somebody asks for; made on demand where cluster and client allow it, as with `auto.create.topics.enable`. */
  require(name: string, mayCreate: boolean): Topic {
    const topic = this.#topics.get(name)
    if (topic !== undefined) return topic
    if (mayCreate && this.autoCreate) return this.create({ topic: name })
    throw protocolError('UNKNOWN_TOPIC_OR_PARTITION')
  }

  /** @throws UNKNOWN_TOPIC_OR_PARTITION */
  log(topic: string, partition: number): PartitionLog {
    const log = this.#topics.get(topic)?.partitions[partition]
    if (log === undefined) throw protocolError('UNKNOWN_TOPIC_OR_PARTITION')
    return log
  }

  /** For the inspection API, whose caller is a person. */
  logOrFail(topic: string, partition: number): PartitionLog {
    const log = this.#topics.get(topic)?.partitions[partition]
    if (log !== undefined) return log
    const known = this.all.map(({ name, partitions }) => `${name} (${partitions.length} partitions)`)
    throw new WorkbenchError(
      'unknown-partition',
      `There is no partition ${partition} of a topic ${topic}.`,
      `The topics are: ${known.join(', ') || 'none'}.`,
    )
  }

  /** @throws UNKNOWN_TOPIC_OR_PARTITION, KAFKA_STORAGE_ERROR */
  delete(name: string): void {
    if (!this.#topics.has(name)) throw protocolError('UNKNOWN_TOPIC_OR_PARTITION')
    this.journal?.deleteTopic(name)
    this.#topics.delete(name)
  }
}

function metricName(topic: string): string {
  return topic.replaceAll('.', '_')
}

function set(config: Map<string, string>, key: string, value: string): void {
  checkConfig(key, value)
  config.set(key, value)
}
