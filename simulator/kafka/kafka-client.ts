/**
 * KafkaJS's own `Kafka` class on a simulated network.
 *
 * Everything that KafkaJS decides (retries, rebalancing, offsets, partitioning, events) is decided by KafkaJS 2.2.4 itself:
 * only the `Broker` objects of its broker pool, which would encode requests and write them to sockets, are ours.
 */
import './production-retries.ts'
import kafkajs, {
  type Consumer,
  type ConsumerConfig,
  type ConsumerRunConfig,
  type KafkaConfig,
  type Producer,
  type ProducerConfig,
} from 'kafkajs'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { ProcessHandle } from '#simulator/world/runtime.ts'
import type { Broker } from './broker.ts'
import { ClientBroker, type ConnectionPool } from './client-broker.ts'
import { ClientLink, type Emitter } from './client-link.ts'
import { Deliveries } from './delivery.ts'
import { traceLogCreator } from './log-creator.ts'
import { notSupported } from './protocol-errors.ts'

/** KafkaJS's configuration; nobody needs to say where the brokers are. */
export interface SimulatedKafkaConfig extends Omit<KafkaConfig, 'brokers'> {
  readonly brokers?: KafkaConfig['brokers']
  /** The process the client belongs to. Default: the one that makes it. */
  readonly process?: ProcessHandle
}

/** The class `createCluster()` hands out as `Kafka`. */
export interface SimulatedKafkaClass {
  new (config?: SimulatedKafkaConfig): kafkajs.Kafka
}

/** What KafkaJS's `Cluster` (kafkajs/src/cluster/index.js) is asked for and made of, as far as it is ours to replace. */
interface ClusterOptions {
  readonly allowAutoTopicCreation?: boolean
  readonly maxInFlightRequests?: number | null
  readonly instrumentationEmitter?: Emitter | null
}
interface KafkaJSCluster {
  readonly brokerPool: {
    connectionPoolBuilder: { build(address?: Partial<ConnectionPool>): Promise<ConnectionPool> }
    createBroker(options: { connectionPool: ConnectionPool; nodeId?: number }): ClientBroker
  }
}
type CreateCluster = (options: ClusterOptions) => KafkaJSCluster

const CREATE_CLUSTER = 'private:Kafka:createCluster'
const DEFAULT_CLIENT_ID = 'kafkajs'
const DEFAULT_REQUEST_TIMEOUT_MS = 30_000

/**
 * @param simulated whether the cluster lives in a world: then log lines go into the trace
 * @returns something to call with `new`. It is neither a subclass nor a function with a prototype of its own: the engine makes a
 * hidden class for either, and keeps it, with all of the run it can reach, until the next full garbage collection.
 */
export function createKafkaClass(broker: Broker, simulated: boolean): SimulatedKafkaClass {
  const Kafka = SimulatedKafka.bind(null, broker, simulated)
  // A bound function has no prototype, but a class that extends it needs one.
  Object.defineProperty(Kafka, 'prototype', { value: SimulatedKafka.prototype })
  // TypeScript has no type for what bind makes of a constructor.
  return Kafka as unknown as SimulatedKafkaClass
}

class SimulatedKafka extends kafkajs.Kafka {
  readonly #broker: Broker
  readonly #config: SimulatedKafkaConfig
  readonly #process: ProcessHandle | undefined
  /** Set while a consumer's cluster object is being made, which is not told its group. */
  #groupId: string | undefined
  #lastLink: ClientLink | undefined

  constructor(broker: Broker, simulated: boolean, config: SimulatedKafkaConfig = {}) {
    refuseUnsupported(config)
    super({ ...(simulated ? quiet(broker) : {}), brokers: ['kafka-1:9092'], ...config })
    this.#broker = broker
    this.#config = config
    this.#process = config.process ?? broker.runtime.current
    replaceCreateCluster(this, createCluster => options => this.#simulate(createCluster(options), options))
  }

  override producer(config: ProducerConfig = {}): Producer {
    // Named, so that KafkaJS does not warn of the partitioner it changed in 2.0.
    return super.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner, ...config })
  }

  override consumer(config: ConsumerConfig): Consumer {
    this.#groupId = config?.groupId
    let consumer: Consumer
    try {
      consumer = super.consumer(config)
    } finally {
      this.#groupId = undefined
    }
    const broker = this.#broker
    const link = this.#lastLink!
    // Whoever stops a consumer waits for its long poll, which is not idle waiting then.
    const awaited = (end: () => Promise<void>) => () => {
      broker.fetches.want(link)
      return end()
    }
    return {
      ...consumer,
      run: options => consumer.run(observed(broker, link, config.groupId, options)),
      stop: awaited(consumer.stop),
      disconnect: awaited(consumer.disconnect),
    }
  }

  #simulate(cluster: KafkaJSCluster, options: ClusterOptions): KafkaJSCluster {
    const broker = this.#broker
    const link = new ClientLink({
      runtime: broker.runtime,
      process: this.#process,
      clientId: this.#config.clientId ?? DEFAULT_CLIENT_ID,
      groupId: this.#groupId,
      emitter: options.instrumentationEmitter ?? null,
      requestTimeoutMs: this.#config.requestTimeout ?? DEFAULT_REQUEST_TIMEOUT_MS,
      enforceRequestTimeout: this.#config.enforceRequestTimeout ?? true,
      maxInFlightRequests: options.maxInFlightRequests ?? null,
      allowAutoTopicCreation: options.allowAutoTopicCreation ?? true,
    })
    this.#lastLink = link
    const pool = cluster.brokerPool
    pool.connectionPoolBuilder = {
      build: async ({ host, port, rack } = {}) =>
        host === undefined || port === undefined
          ? { ...broker.address(1), rack: null }
          : { host, port, rack: rack ?? null },
    }
    pool.createBroker = ({ connectionPool, nodeId }) => new ClientBroker(broker, link, connectionPool, nodeId)
    return cluster
  }
}

/** Warnings and errors are all the trace takes; making the others would cost time. */
function quiet(broker: Broker): Pick<KafkaConfig, 'logCreator' | 'logLevel'> {
  return { logCreator: traceLogCreator(broker.runtime), logLevel: kafkajs.logLevel.WARN }
}

function observed(
  broker: Broker,
  link: ClientLink,
  groupId: string,
  options: ConsumerRunConfig = {},
): ConsumerRunConfig {
  const { eachMessage, eachBatch, partitionsConsumedConcurrently = 1 } = options
  const deliveries = new Deliveries(broker, link, groupId, partitionsConsumedConcurrently > 1)
  return {
    ...options,
    ...(eachMessage ? { eachMessage: deliveries.eachMessage(eachMessage) } : {}),
    ...(eachBatch ? { eachBatch: deliveries.eachBatch(eachBatch) } : {}),
  }
}

function refuseUnsupported(config: SimulatedKafkaConfig): void {
  for (const option of ['ssl', 'sasl', 'socketFactory'] as const) {
    if (config[option]) throw notSupported(`the option ${option}`)
  }
}

/** KafkaJS keeps this under a symbol of its own. @throws WorkbenchError `kafkajs-changed` when it does not any more */
function replaceCreateCluster(kafka: kafkajs.Kafka, wrap: (original: CreateCluster) => CreateCluster): void {
  const symbol = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === CREATE_CLUSTER)
  const original: unknown = symbol === undefined ? undefined : Reflect.get(kafka, symbol)
  if (symbol === undefined || typeof original !== 'function') {
    throw new WorkbenchError(
      'kafkajs-changed',
      'The installed KafkaJS is not built like version 2.2.4, whose network the simulator replaces.',
      'Install kafkajs 2.2.4.',
    )
  }
  Reflect.set(kafka, symbol, wrap(original as CreateCluster))
}
