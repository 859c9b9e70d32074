/**
 * The topics of a cluster: created, found, extended, configured and deleted.
 */
import { WorkbenchError } from '#simulator/world/errors.ts'
import { PartitionLog } from './partition-log.ts'
import { notSupported, protocolError } from './protocol-errors.ts'

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
  ) {}

  /** Milliseconds, or undefined when messages are kept for ever. */
  get retentionMs(): number | undefined {
    const value = Number(this.config.get('retention.ms') ?? -1)
    return value < 0 ? undefined : value
  }

  get maxMessageBytes(): number {
    return Number(this.config.get('max.message.bytes') ?? DEFAULT_CONFIG['max.message.bytes'])
  }

  /** Adds partitions until there are `count`; leaders go round the nodes. */
  extend(count: number): void {
    for (let partition = this.partitions.length; partition < count; partition++) {
      this.partitions.push(new PartitionLog(this.name, partition, 1 + (partition % this.nodes)))
    }
  }
}

/** What an unset topic configuration reads as; the simulator acts on `retention.ms` and `max.message.bytes`. */
export const DEFAULT_CONFIG: Readonly<Record<string, string>> = {
  'cleanup.policy': 'delete',
  'max.message.bytes': '1048588',
  'min.insync.replicas': '1',
  'retention.ms': '-1',
  'unclean.leader.election.enable': 'false',
}

/** Kafka's rule for topic names (org.apache.kafka.common.internals.Topic). */
const LEGAL_NAME = /^[a-zA-Z0-9._-]{1,249}$/

export class Topics {
  readonly #topics = new Map<string, Topic>()

  constructor(
    readonly nodes: number,
    readonly autoCreate: boolean,
  ) {}

  get all(): readonly Topic[] {
    return [...this.#topics.values()]
  }

  get(name: string): Topic | undefined {
    return this.#topics.get(name)
  }

  /** @throws INVALID_TOPIC_EXCEPTION, TOPIC_ALREADY_EXISTS, INVALID_PARTITIONS */
  create({ topic: name, partitions = 1, retentionMs, config = {} }: TopicOptions): Topic {
    if (this.#topics.has(name)) throw protocolError('TOPIC_ALREADY_EXISTS')
    if (!LEGAL_NAME.test(name) || name === '.' || name === '..')
      throw protocolError('INVALID_TOPIC_EXCEPTION')
    if (partitions < 1) throw protocolError('INVALID_PARTITIONS')
    const topic = new Topic(name, this.nodes)
    if (retentionMs !== undefined) topic.config.set('retention.ms', String(retentionMs))
    for (const [key, value] of Object.entries(config)) configure(topic, key, value)
    topic.extend(partitions)
    this.#topics.set(name, topic)
    return topic
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

  /** @throws UNKNOWN_TOPIC_OR_PARTITION */
  delete(name: string): void {
    if (!this.#topics.delete(name)) throw protocolError('UNKNOWN_TOPIC_OR_PARTITION')
  }
}

export function configure(topic: Topic, key: string, value: string): void {
  if (key === 'cleanup.policy' && value.includes('compact')) throw notSupported('log compaction')
  topic.config.set(key, value)
}
