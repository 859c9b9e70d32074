/**
 * The nodes a client knows, its connections to them, and what they last told it about the cluster.
 *
 * Replaces kafkajs/src/cluster/brokerPool.js (2.2.4), whose rules it keeps: which broker is asked, how long metadata counts,
 * what is retried with which back-off, which error comes of what. Left out is what cannot happen here: nodes that move or
 * vanish, several seed brokers, refused authentication.
 */
import type { Logger, RetryOptions } from 'kafkajs'
import kafkajsErrors from 'kafkajs/src/errors.js'
import shuffle from 'kafkajs/src/utils/shuffle.js'
import type { Broker } from './broker.ts'
import { ClientBroker } from './client-broker.ts'
import type { ClientLink } from './client-link.ts'
import { retry } from './client-retry.ts'
import type { ClusterMetadata } from './metadata.ts'

export interface ClientNodesOptions {
  readonly broker: Broker
  readonly link: ClientLink
  readonly logger: Logger
  /** How long metadata counts; 0, as for an admin client, means it is stale by the next millisecond. */
  readonly metadataMaxAgeMs: number
  /** The client's own policy; KafkaJS's cluster does not know that of its producer or consumer. */
  readonly retry: RetryOptions | undefined
}

export class ClientNodes {
  /** By node id. KafkaJS's admin client looks here, too. */
  brokers: Record<string, ClientBroker> = {}
  metadata: ClusterMetadata | null = null
  readonly #options: ClientNodesOptions
  #nodeIds: readonly string[] | undefined
  #seedBroker: ClientBroker | undefined
  #metadataExpireAt: number | null = null
  /** KafkaJS shares one promise among all who ask for the same at a time (utils/sharedPromiseTo.js). */
  #connecting: Promise<void> | null = null

  constructor(options: ClientNodesOptions) {
    this.#options = options
  }

  /** In the order of their numbers, as strings. */
  get nodeIds(): readonly string[] {
    this.#nodeIds ??= Object.keys(this.brokers)
    return this.#nodeIds
  }

  isConnected(): boolean {
    for (const nodeId in this.brokers) if (this.brokers[nodeId]!.isConnected()) return true
    return this.#seedBroker?.isConnected() ?? false
  }

  /** @throws KafkaJSNumberOfRetriesExceeded */
  connect(): Promise<void> {
    this.#connecting ??= this.#connectSeed().finally(() => {
      this.#connecting = null
    })
    return this.#connecting
  }

  async disconnect(): Promise<void> {
    await this.#seedBroker?.disconnect()
    await Promise.all(Object.values(this.brokers).map(broker => broker.disconnect()))
    this.brokers = {}
    this.#nodeIds = undefined
    this.metadata = null
  }

  /** A node whose connection broke is looked up again before it is used. */
  remove({ host, port }: { host: string; port: number }): void {
    const removed = Object.values(this.brokers).find(
      ({ connectionPool }) => connectionPool.host === host && connectionPool.port === port,
    )
    if (removed === undefined) return
    delete this.brokers[removed.nodeId]
    this.#nodeIds = undefined
    this.#metadataExpireAt = null
    if (this.#seedBroker?.nodeId !== removed.nodeId) return
    this.#seedBroker = shuffle(Object.values(this.brokers))[0]
  }

  /** Whether the metadata is too old, or says nothing about one of these topics. */
  isStale(topics: Iterable<string>): boolean {
    const { metadata } = this
    if (metadata === null || this.#metadataExpireAt === null) return true
    if (Date.now() > this.#metadataExpireAt) return true
    for (const topic of topics) {
      if (!metadata.topicMetadata.some(described => described.topic === topic)) return true
    }
    return false
  }

  /** Asks for these topics, or for all there are when none is given. */
  async refresh(topics: readonly string[]): Promise<void> {
    const broker = await this.#findConnected()
    const metadata = broker.metadata(topics)
    this.metadata = metadata
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

  /** @throws KafkaJSBrokerNotFound, KafkaJSConnectionError; neither is retried here */
  async find(nodeId: string | number): Promise<ClientBroker> {
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

  /** Tries one broker after the other until one answers; null when none does. @throws when one cannot be connected to */
  async ask<T>(question: (broker: ClientBroker) => T): Promise<T | null> {
    const nodeIds = shuffle(Object.keys(this.brokers))
    if (nodeIds.length === 0) throw new kafkajsErrors.KafkaJSBrokerNotFound('No brokers in the broker pool')
    for (const nodeId of nodeIds) {
      const broker = await this.find(nodeId)
      try {
        return question(broker)
      } catch {}
    }
    return null
  }

  async #connectSeed(): Promise<void> {
    if (this.isConnected()) return
    this.#seedBroker ??= this.#createBroker(1)
    const logger = this.#options.logger.namespace('BrokerPool')
    await retry(
      this.#options.retry,
      async () => this.#seedBroker!.connect(),
      async (error, bail, retryCount, retryTime) => {
        if (error.name === 'KafkaJSConnectionError') {
          await this.#seedBroker!.disconnect()
          this.#seedBroker = this.#createBroker(1)
          logger.error(
            `Failed to connect to seed broker, trying another broker from the list: ${error.message}`,
            { retryCount, retryTime },
          )
        } else {
          logger.error(error.message, { retryCount, retryTime })
        }
        if (error.retriable === true) throw error
        bail(error)
      },
    )
  }

  /** A broker there is a connection to, or else the first there can be one to, or else the seed broker. */
  async #findConnected(): Promise<ClientBroker> {
    const nodeIds = shuffle(Object.keys(this.brokers))
    for (const nodeId of nodeIds) {
      const broker = this.brokers[nodeId]!
      if (broker.isConnected()) return broker
    }
    for (const nodeId of nodeIds) {
      try {
        return await this.find(nodeId)
      } catch {}
    }
    await this.connect()
    return this.#seedBroker!
  }

  #createBroker(nodeId: number): ClientBroker {
    const { broker, link } = this.#options
    return new ClientBroker(broker, link, { ...broker.address(nodeId), rack: null }, nodeId)
  }
}
