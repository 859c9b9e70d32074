/**
 * What KafkaJS's producers, consumers and admin clients take for their `Cluster`: which nodes there are, who leads and
 * coordinates what, and when to ask again. Thousands of runs make one each per client, so it is small.
 *
 * Replaces kafkajs/src/cluster/index.js and brokerPool.js (2.2.4), whose rules it keeps: when metadata is refreshed and how
 * long it counts, which broker is asked, what is retried with which back-off, which error comes of what. Left out is what
 * cannot happen here: nodes that move or vanish, a list of seed brokers, log lines below a warning.
 */
import type { Logger, RetryOptions } from 'kafkajs'
import kafkajsErrors from 'kafkajs/src/errors.js'
import createRetry, { type Bail, type Retrier } from 'kafkajs/src/retry/index.js'
import Lock from 'kafkajs/src/utils/lock.js'
import shuffle from 'kafkajs/src/utils/shuffle.js'
import type { Broker } from './broker.ts'
import { ClientBroker, type Coordinator } from './client-broker.ts'
import type { ClientLink } from './client-link.ts'
import type { ClusterMetadata, ListedOffsets, PartitionDescription } from './metadata.ts'

export interface ClientClusterOptions {
  readonly broker: Broker
  readonly link: ClientLink
  readonly logger: Logger
  /** How long metadata counts; 0, as for an admin client, means it is stale by the next millisecond. */
  readonly metadataMaxAgeMs: number
  readonly isolationLevel: number | undefined
  /** The client's own policy; KafkaJS's cluster does not know that of its producer or consumer. */
  readonly retry: RetryOptions | undefined
  /** Committed offsets by group, topic and partition: one object for all clients of a `Kafka`. */
  readonly offsets: Map<string, CommittedByTopic>
}

type CommittedByTopic = Record<string, Record<string, string>>

/** Partitions by the id of the node that leads them. */
type ByLeader = Record<string, number[]>

interface TopicOffsetsRequest {
  readonly topic: string
  readonly partitions: readonly { partition: number }[]
  readonly fromBeginning?: boolean
  readonly fromTimestamp?: number
}

interface TopicOffsets {
  readonly topic: string
  readonly partitions: { partition: number; offset: string }[]
}

/** What KafkaJS's errors have that decide what becomes of them. */
interface KafkaError extends Error {
  readonly type?: string
  readonly code?: unknown
  readonly retriable?: boolean
}

const EARLIEST_OFFSET = -2
const LATEST_OFFSET = -1
/** After these the topic is not asked for again. */
const TOPIC_ERRORS = ['INVALID_TOPIC_EXCEPTION', 'UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED']
/** These mean that the metadata may be stale. */
const STALE_ERRORS = ['KafkaJSBrokerNotFound', 'KafkaJSLockTimeout', 'KafkaJSConnectionError']

export class ClientCluster {
  targetTopics = new Set<string>()
  /** By node id. KafkaJS's admin client looks at `cluster.brokerPool.brokers`. */
  brokers: Record<string, ClientBroker> = {}
  readonly isolationLevel: number | undefined
  readonly #options: ClientClusterOptions
  #nodeIds: readonly string[] | undefined
  #seedBroker: ClientBroker | undefined
  #metadata: ClusterMetadata | null = null
  #metadataExpireAt: number | null = null
  #retrier: Retrier | undefined
  #mutatingTargetTopics: Lock | undefined
  /** How many hold the lock or wait for it. */
  #mutating = 0
  // KafkaJS shares one promise among all who ask for the same at a time (utils/sharedPromiseTo.js).
  #connecting: Promise<void> | null = null
  #refreshing: Promise<void> | null = null
  #refreshingIfNecessary: Promise<void> | null = null

  constructor(options: ClientClusterOptions) {
    this.#options = options
    this.isolationLevel = options.isolationLevel
  }

  get brokerPool(): { readonly brokers: Record<string, ClientBroker> } {
    return this
  }

  isConnected(): boolean {
    for (const nodeId in this.brokers) if (this.brokers[nodeId]!.isConnected()) return true
    return this.#seedBroker?.isConnected() ?? false
  }

  connect(): Promise<void> {
    this.#connecting ??= this.#connectSeed().finally(() => {
      this.#connecting = null
    })
    return this.#connecting
  }

  async disconnect(): Promise<void> {
    await this.#seedBroker?.disconnect()
    await Promise.all(Object.values(this.brokers).map(broker => broker.disconnect()))
    this.#setBrokers({})
    this.#metadata = null
  }

  /** A node whose connection broke is looked up again before it is used. */
  removeBroker({ host, port }: { host: string; port: number }): void {
    const removed = Object.values(this.brokers).find(
      ({ connectionPool }) => connectionPool.host === host && connectionPool.port === port,
    )
    if (removed === undefined) return
    const { [removed.nodeId]: _, ...others } = this.brokers
    this.#setBrokers(others)
    this.#metadataExpireAt = null
    if (this.#seedBroker?.nodeId === removed.nodeId) this.#seedBroker = shuffle(Object.values(others))[0]
  }

  refreshMetadata(): Promise<void> {
    this.#refreshing ??= this.#refresh([...this.targetTopics]).finally(() => {
      this.#refreshing = null
    })
    return this.#refreshing
  }

  refreshMetadataIfNecessary(): Promise<void> {
    if (this.#refreshingIfNecessary !== null) return this.#refreshingIfNecessary
    if (!this.#isStale(this.targetTopics)) return DONE
    this.#refreshingIfNecessary = this.#refresh([...this.targetTopics]).finally(() => {
      this.#refreshingIfNecessary = null
    })
    return this.#refreshingIfNecessary
  }

  /** Of these topics, or of all. */
  metadata({ topics = [] }: { topics?: readonly string[] } = {}): Promise<ClusterMetadata | null> {
    return this.#retry(
      async () => {
        try {
          if (this.#isStale(topics)) await this.#refresh(topics)
        } catch (error) {
          throw new Final(error)
        }
        return this.#withBroker(broker => broker.metadata(topics))
      },
      (error, bail) => {
        if (error instanceof Final) bail(error.cause)
        else throw error
      },
    )
  }

  addTargetTopic(topic: string): Promise<void> {
    return this.addMultipleTargetTopics([topic])
  }

  async addMultipleTargetTopics(topics: readonly string[]): Promise<void> {
    const isKnown = this.#metadata !== null && topics.every(topic => this.targetTopics.has(topic))
    if (isKnown && this.#mutating === 0) return
    const { requestTimeoutMs } = this.#options.link.options
    this.#mutatingTargetTopics ??= new Lock({
      description: 'updating target topics',
      timeout: requestTimeoutMs,
    })
    this.#mutating++
    try {
      await this.#mutatingTargetTopics.acquire()
      try {
        await this.#addTargetTopics(topics)
      } finally {
        await this.#mutatingTargetTopics.release()
      }
    } finally {
      this.#mutating--
    }
  }

  /** In the order of their numbers, as strings. */
  getNodeIds(): readonly string[] {
    this.#nodeIds ??= Object.keys(this.brokers)
    return this.#nodeIds
  }

  /** @throws KafkaJSBrokerNotFound, KafkaJSConnectionError */
  async findBroker({ nodeId }: { nodeId: string | number }): Promise<ClientBroker> {
    const broker = this.brokers[nodeId]
    if (broker?.isConnected() === true) return broker
    try {
      return await this.#connected(nodeId)
    } catch (error) {
      if (STALE_ERRORS.includes((error as Error).name)) await this.refreshMetadata()
      throw error
    }
  }

  async findControllerBroker(): Promise<ClientBroker> {
    if (this.#metadata === null) {
      throw new kafkajsErrors.KafkaJSMetadataNotLoaded('Topic metadata not loaded')
    }
    return this.findBroker({ nodeId: this.#metadata.controllerId })
  }

  /** @throws KafkaJSTopicMetadataNotLoaded */
  findTopicPartitionMetadata(topic: string): readonly PartitionDescription[] {
    if (this.#metadata === null) {
      throw new kafkajsErrors.KafkaJSTopicMetadataNotLoaded('Topic metadata not loaded', { topic })
    }
    for (const described of this.#metadata.topicMetadata) {
      if (described.topic === topic) return described.partitionMetadata
    }
    return []
  }

  findLeaderForPartitions(topic: string, partitions: readonly (number | string)[]): ByLeader {
    const described = this.findTopicPartitionMetadata(topic)
    const byLeader: ByLeader = {}
    for (const name of partitions) {
      const id = Number.parseInt(String(name), 10)
      const partition = described.find(({ partitionId }) => partitionId === id)
      if (partition === undefined) continue
      const led = byLeader[partition.leader]
      if (led === undefined) byLeader[partition.leader] = [id]
      else led.push(id)
    }
    return byLeader
  }

  /** Also finds the coordinator of transactions: here both are chosen by name alone. */
  findGroupCoordinator({ groupId }: { groupId: string }): Promise<ClientBroker> {
    return this.#retry(
      async () => {
        const { nodeId } = await this.#coordinatorOf(groupId)
        return await this.findBroker({ nodeId })
      },
      async (error, bail) => {
        if (error.name === 'KafkaJSBrokerNotFound') {
          await this.refreshMetadata()
          throw error
        }
        // A node that is down may come back, or another takes over.
        if (error.code === 'ECONNREFUSED') throw error
        bail(error)
      },
    )
  }

  defaultOffset({ fromBeginning }: { fromBeginning?: boolean }): number {
    return fromBeginning === true ? EARLIEST_OFFSET : LATEST_OFFSET
  }

  /** Asks the leader of each partition for its first, last or first later offset. */
  async fetchTopicsOffset(requests: readonly TopicOffsetsRequest[]): Promise<TopicOffsets[]> {
    const byNode = new Map<string, ListedOffsets[]>()
    for (const { topic, partitions, fromBeginning, fromTimestamp } of requests) {
      const timestamp =
        fromTimestamp ?? this.defaultOffset(fromBeginning === undefined ? {} : { fromBeginning })
      const byLeader = this.findLeaderForPartitions(
        topic,
        partitions.map(({ partition }) => partition),
      )
      for (const nodeId in byLeader) {
        const led = byLeader[nodeId]!
        const asked = partitions
          .filter(({ partition }) => led.includes(partition))
          .map(({ partition }) => ({ partition, timestamp }))
        const ofNode = byNode.get(nodeId)
        if (ofNode === undefined) byNode.set(nodeId, [{ topic, partitions: asked }])
        else ofNode.push({ topic, partitions: asked })
      }
    }
    const asked: Promise<TopicOffsets[]>[] = []
    for (const [nodeId, topics] of byNode) asked.push(this.#listOffsets(nodeId, topics))
    const merged = new Map<string, TopicOffsets>()
    for (const offsets of (await Promise.all(asked)).flat()) {
      const before = merged.get(offsets.topic)
      if (before === undefined) merged.set(offsets.topic, offsets)
      else before.partitions.push(...offsets.partitions)
    }
    return [...merged.values()]
  }

  /** The object itself: KafkaJS's offset manager writes into it. */
  committedOffsets({ groupId }: { groupId: string }): CommittedByTopic {
    const { offsets } = this.#options
    let committed = offsets.get(groupId)
    if (committed === undefined) {
      committed = {}
      offsets.set(groupId, committed)
    }
    return committed
  }

  markOffsetAsCommitted(position: {
    groupId: string
    topic: string
    partition: number | string
    offset: string
  }): void {
    const committed = this.committedOffsets(position)
    committed[position.topic] ??= {}
    committed[position.topic]![position.partition] = position.offset
  }

  async #coordinatorOf(groupId: string): Promise<Coordinator> {
    const found = await this.#withBroker(broker => broker.findGroupCoordinator({ groupId }))
    if (found !== null) return found
    throw new kafkajsErrors.KafkaJSGroupCoordinatorNotFound('Failed to find group coordinator')
  }

  async #listOffsets(nodeId: string, topics: ListedOffsets[]): Promise<TopicOffsets[]> {
    const broker = await this.findBroker({ nodeId })
    const { isolationLevel } = this
    const request = isolationLevel === undefined ? { topics } : { topics, isolationLevel }
    const { responses } = await broker.listOffsets(request)
    return responses.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition, offset }) => ({ partition, offset })),
    }))
  }

  async #addTargetTopics(topics: readonly string[]): Promise<void> {
    const before = new Set(this.targetTopics)
    for (const topic of topics) this.targetTopics.add(topic)
    if (this.#metadata !== null && this.targetTopics.size === before.size) return
    try {
      await this.refreshMetadata()
    } catch (error) {
      if (TOPIC_ERRORS.includes((error as KafkaError).type ?? '')) this.targetTopics = before
      throw error
    }
  }

  async #connectSeed(): Promise<void> {
    if (this.isConnected()) return
    this.#seedBroker ??= this.#createBroker(1)
    await this.#retry(
      async () => this.#seedBroker!.connect(),
      async (error, bail, retryCount, retryTime) => {
        if (error.name === 'KafkaJSConnectionError') {
          await this.#seedBroker!.disconnect()
          this.#seedBroker = this.#createBroker(1)
          this.#logger.error(
            `Failed to connect to seed broker, trying another broker from the list: ${error.message}`,
            { retryCount, retryTime },
          )
        } else {
          this.#logger.error(error.message, { retryCount, retryTime })
        }
        if (error.retriable === true) throw error
        bail(error)
      },
    )
  }

  #isStale(topics: Iterable<string>): boolean {
    const metadata = this.#metadata
    if (metadata === null || this.#metadataExpireAt === null) return true
    if (Date.now() > this.#metadataExpireAt) return true
    for (const topic of topics) {
      if (!metadata.topicMetadata.some(described => described.topic === topic)) return true
    }
    return false
  }

  async #refresh(topics: readonly string[]): Promise<void> {
    const broker = await this.#findConnectedBroker()
    const metadata = broker.metadata(topics)
    this.#metadata = metadata
    this.#metadataExpireAt = Date.now() + this.#options.metadataMaxAgeMs
    for (const { nodeId, host, port } of metadata.brokers) {
      if (this.brokers[nodeId] !== undefined) continue
      const seed = this.#seedBroker!
      const isSeed = seed.connectionPool.host === host && seed.connectionPool.port === port
      if (isSeed) seed.nodeId = nodeId
      this.brokers[nodeId] = isSeed ? seed : this.#createBroker(nodeId)
      this.#nodeIds = undefined
    }
  }

  /** A broker there is a connection to, or else the first there can be one to, or else the seed broker. */
  async #findConnectedBroker(): Promise<ClientBroker> {
    const nodeIds = shuffle(Object.keys(this.brokers))
    for (const nodeId of nodeIds) {
      const broker = this.brokers[nodeId]!
      if (broker.isConnected()) return broker
    }
    for (const nodeId of nodeIds) {
      try {
        return await this.#connected(nodeId)
      } catch {}
    }
    await this.connect()
    return this.#seedBroker!
  }

  /** Tries one broker after the other until one answers; null when none does. @throws when one cannot be connected to */
  async #withBroker<T>(ask: (broker: ClientBroker) => T): Promise<T | null> {
    const nodeIds = shuffle(Object.keys(this.brokers))
    if (nodeIds.length === 0) throw new kafkajsErrors.KafkaJSBrokerNotFound('No brokers in the broker pool')
    for (const nodeId of nodeIds) {
      const broker = await this.#connected(nodeId)
      try {
        return ask(broker)
      } catch {}
    }
    return null
  }

  /** @throws KafkaJSBrokerNotFound, KafkaJSConnectionError; neither is retried here */
  async #connected(nodeId: string | number): Promise<ClientBroker> {
    const broker = this.brokers[nodeId]
    if (broker === undefined) {
      throw new kafkajsErrors.KafkaJSBrokerNotFound(`Broker ${nodeId} not found in the cached metadata`)
    }
    if (broker.isConnected()) return broker
    try {
      broker.connect()
    } catch (error) {
      await broker.disconnect()
      throw error
    }
    return broker
  }

  /**
   * KafkaJS's retrier, which is left alone until something has failed: it draws two waiting times before it knows whether it
   * needs any. The first failure is then its first attempt.
   */
  async #retry<T>(
    attempt: () => Promise<T>,
    onError: (error: KafkaError, bail: Bail, retryCount: number, retryTime: number) => Promise<void> | void,
  ): Promise<T> {
    let first: unknown
    try {
      return await attempt()
    } catch (error) {
      first = error
    }
    this.#retrier ??= createRetry(this.#options.retry)
    return this.#retrier<T>(async (bail, retryCount, retryTime) => {
      try {
        if (retryCount === 0) throw first
        return await attempt()
      } catch (error) {
        await onError(error as KafkaError, bail, retryCount, retryTime)
        // Nobody looks at this: whoever does not throw has bailed out.
        return undefined as T
      }
    })
  }

  get #logger(): Logger {
    return this.#options.logger.namespace('BrokerPool')
  }

  #setBrokers(brokers: Record<string, ClientBroker>): void {
    this.brokers = brokers
    this.#nodeIds = undefined
  }

  #createBroker(nodeId: number): ClientBroker {
    const { broker, link } = this.#options
    return new ClientBroker(broker, link, { ...broker.address(nodeId), rack: null }, nodeId)
  }
}

/** An error that no retry will help. */
class Final extends Error {
  constructor(cause: unknown) {
    super('not retried', { cause })
  }
}

const DONE: Promise<void> = Promise.resolve()
