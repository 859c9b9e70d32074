/**
 * What KafkaJS's producers, consumers and admin clients take for their `Cluster`: which topics they care about, who leads and
 * coordinates what, and when to ask again. Thousands of runs make a few each, so it is small.
 *
 * Replaces kafkajs/src/cluster/index.js (2.2.4), whose rules it keeps: when metadata is refreshed, what is retried with which
 * back-off, which error comes of what. Of its log lines those below a warning are left out.
 */
import kafkajsErrors from 'kafkajs/src/errors.js'
import Lock from 'kafkajs/src/utils/lock.js'
import type { ClientBroker, Coordinator } from './client-broker.ts'
import { ClientNodes, type ClientNodesOptions } from './client-nodes.ts'
import { type KafkaError, retry } from './client-retry.ts'
import type { ClusterMetadata, ListedOffsets, PartitionDescription } from './metadata.ts'

export interface ClientClusterOptions extends ClientNodesOptions {
  readonly isolationLevel: number | undefined
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

const EARLIEST_OFFSET = -2
const LATEST_OFFSET = -1
/** After these the topic is not asked for again. */
const TOPIC_ERRORS = ['INVALID_TOPIC_EXCEPTION', 'UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED']
/** These mean that the metadata may be stale. */
const STALE_ERRORS = ['KafkaJSBrokerNotFound', 'KafkaJSLockTimeout', 'KafkaJSConnectionError']

export class ClientCluster {
  targetTopics = new Set<string>()
  readonly isolationLevel: number | undefined
  /** KafkaJS's admin client looks at `cluster.brokerPool.brokers`. */
  readonly brokerPool: ClientNodes
  readonly #options: ClientClusterOptions
  #mutatingTargetTopics: Lock | undefined
  /** How many hold the lock or wait for it. */
  #mutating = 0
  // KafkaJS shares one promise among all who ask for the same at a time (utils/sharedPromiseTo.js).
  #refreshing: Promise<void> | null = null
  #refreshingIfNecessary: Promise<void> | null = null

  constructor(options: ClientClusterOptions) {
    this.#options = options
    this.isolationLevel = options.isolationLevel
    this.brokerPool = new ClientNodes(options)
  }

  isConnected(): boolean {
    return this.brokerPool.isConnected()
  }

  connect(): Promise<void> {
    return this.brokerPool.connect()
  }

  disconnect(): Promise<void> {
    return this.brokerPool.disconnect()
  }

  removeBroker(address: { host: string; port: number }): void {
    this.brokerPool.remove(address)
  }

  getNodeIds(): readonly string[] {
    return this.brokerPool.nodeIds
  }

  refreshMetadata(): Promise<void> {
    this.#refreshing ??= this.brokerPool.refresh([...this.targetTopics]).finally(() => {
      this.#refreshing = null
    })
    return this.#refreshing
  }

  refreshMetadataIfNecessary(): Promise<void> {
    if (this.#refreshingIfNecessary !== null) return this.#refreshingIfNecessary
    if (!this.brokerPool.isStale(this.targetTopics)) return DONE
    this.#refreshingIfNecessary = this.brokerPool.refresh([...this.targetTopics]).finally(() => {
      this.#refreshingIfNecessary = null
    })
    return this.#refreshingIfNecessary
  }

  /** Of these topics, or of all. */
  metadata({ topics = [] }: { topics?: readonly string[] } = {}): Promise<ClusterMetadata | null> {
    return retry(
      this.#options.retry,
      async () => {
        try {
          if (this.brokerPool.isStale(topics)) await this.brokerPool.refresh(topics)
        } catch (error) {
          throw new Final(error)
        }
        return this.brokerPool.ask(broker => broker.metadata(topics))
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
    const isKnown = this.brokerPool.metadata !== null && topics.every(topic => this.targetTopics.has(topic))
    if (isKnown && this.#mutating === 0) return
    const timeout = this.#options.link.options.requestTimeoutMs
    this.#mutatingTargetTopics ??= new Lock({ description: 'updating target topics', timeout })
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

  /** @throws KafkaJSBrokerNotFound, KafkaJSConnectionError */
  async findBroker({ nodeId }: { nodeId: string | number }): Promise<ClientBroker> {
    const broker = this.brokerPool.brokers[nodeId]
    if (broker?.isConnected() === true) return broker
    try {
      return await this.brokerPool.find(nodeId)
    } catch (error) {
      if (STALE_ERRORS.includes((error as Error).name)) await this.refreshMetadata()
      throw error
    }
  }

  async findControllerBroker(): Promise<ClientBroker> {
    const { metadata } = this.brokerPool
    if (metadata === null) throw new kafkajsErrors.KafkaJSMetadataNotLoaded('Topic metadata not loaded')
    return this.findBroker({ nodeId: metadata.controllerId })
  }

  /** @throws KafkaJSTopicMetadataNotLoaded */
  findTopicPartitionMetadata(topic: string): readonly PartitionDescription[] {
    const { metadata } = this.brokerPool
    if (metadata === null) {
      throw new kafkajsErrors.KafkaJSTopicMetadataNotLoaded('Topic metadata not loaded', { topic })
    }
    for (const described of metadata.topicMetadata) {
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
    return retry(
      this.#options.retry,
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

  defaultOffset({ fromBeginning }: { fromBeginning?: boolean | undefined }): number {
    return fromBeginning === true ? EARLIEST_OFFSET : LATEST_OFFSET
  }

  /** Asks the leader of each partition for its first, last or first later offset. */
  async fetchTopicsOffset(requests: readonly TopicOffsetsRequest[]): Promise<TopicOffsets[]> {
    const byNode = new Map<string, ListedOffsets[]>()
    for (const { topic, partitions, fromBeginning, fromTimestamp } of requests) {
      const timestamp = fromTimestamp ?? this.defaultOffset({ fromBeginning })
      const asked = partitions.map(({ partition }) => partition)
      const byLeader = this.findLeaderForPartitions(topic, asked)
      for (const nodeId in byLeader) {
        const led = byLeader[nodeId]!.map(partition => ({ partition, timestamp }))
        const ofNode = byNode.get(nodeId)
        if (ofNode === undefined) byNode.set(nodeId, [{ topic, partitions: led }])
        else ofNode.push({ topic, partitions: led })
      }
    }
    const answers: Promise<TopicOffsets[]>[] = []
    for (const [nodeId, topics] of byNode) answers.push(this.#listOffsets(nodeId, topics))
    const merged = new Map<string, TopicOffsets>()
    for (const offsets of (await Promise.all(answers)).flat()) {
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

  async #addTargetTopics(topics: readonly string[]): Promise<void> {
    const before = new Set(this.targetTopics)
    for (const topic of topics) this.targetTopics.add(topic)
    if (this.brokerPool.metadata !== null && this.targetTopics.size === before.size) return
    try {
      await this.refreshMetadata()
    } catch (error) {
      if (TOPIC_ERRORS.includes((error as KafkaError).type ?? '')) this.targetTopics = before
      throw error
    }
  }

  async #coordinatorOf(groupId: string): Promise<Coordinator> {
    const found = await this.brokerPool.ask(broker => broker.findGroupCoordinator({ groupId }))
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
}

/** An error that no retry will help. */
class Final extends Error {
  constructor(cause: unknown) {
    super('not retried', { cause })
  }
}

const DONE: Promise<void> = Promise.resolve()
