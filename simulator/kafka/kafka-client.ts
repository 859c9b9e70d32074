/**
 * KafkaJS's own `Kafka` class on a simulated network.
 *
 * Its producers, consumers and admin clients are KafkaJS 2.2.4 itself, with what they decide (retries, rebalancing, offsets,
 * events). Ours is what they are given: the cluster with its brokers, which would encode requests and write them to sockets,
 * the logger, and the default partitioner, which puts keys where KafkaJS's puts them.
 */
import './production-retries.ts'
import './kafkajs-shortcuts.ts'
import kafkajs, {
  type Consumer,
  type ConsumerConfig,
  type ConsumerRunConfig,
  type KafkaConfig,
  type Logger,
  type Producer,
  type ProducerConfig,
  type RetryOptions,
} from 'kafkajs'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { ProcessHandle } from '#simulator/world/runtime.ts'
import type { Broker } from './broker.ts'
import { ClientCluster, type ClientClusterOptions } from './client-cluster.ts'
import { ClientLink, type Emitter } from './client-link.ts'
import { createLogger } from './client-logger.ts'
import { Deliveries } from './delivery.ts'
import { createPartitioner } from './partitioner.ts'
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

/** What KafkaJS's `Kafka` (kafkajs/src/index.js) asks for when it makes a client, as far as it matters here. */
interface ClusterRequest {
  readonly metadataMaxAge?: number
  readonly allowAutoTopicCreation?: boolean
  readonly maxInFlightRequests?: number | null
  readonly instrumentationEmitter?: Emitter | null
  readonly isolationLevel?: number
}

/** Where KafkaJS's `Kafka` keeps what its methods use: symbols it does not export. */
const { CREATE_CLUSTER, CLUSTER_RETRY, LOGGER } = privateSymbols()
const DEFAULT_CLIENT_ID = 'kafkajs'
const DEFAULT_REQUEST_TIMEOUT_MS = 30_000

/**
 * @param simulated whether the cluster lives in a world: then log lines go into the trace
 * @returns something to call with `new`. It is neither a subclass nor a function with a prototype of its own: for either the
 * engine makes a hidden class in every run, among its old objects, and so keeps the whole run until the next full collection.
 */
export function createKafkaClass(broker: Broker, simulated: boolean): SimulatedKafkaClass {
  const Kafka = SimulatedKafka.bind(null, broker, simulated)
  // A bound function has no prototype, but a class that extends it needs one.
  Object.defineProperty(Kafka, 'prototype', { value: SimulatedKafka.prototype })
  // TypeScript does not know what the prototype inherits.
  return Kafka as unknown as SimulatedKafkaClass
}

const { producer, consumer } = kafkajs.Kafka.prototype

/**
 * Inherits from KafkaJS's `Kafka`, but not through `extends`: its constructor would make a logger and a socket factory that
 * nobody uses. It also assigns a function literal to a property. V8 makes such a function among its old objects, and with it
 * keeps all it can reach: garbage collection, which is cheap when a run dies young, then took a third of the time. For the
 * same reason nothing in this room is written as `object.property = () => …` where it happens in every run.
 */
class SimulatedKafka {
  readonly #broker: Broker
  readonly #config: SimulatedKafkaConfig
  readonly #process: ProcessHandle | undefined
  /** Set while a consumer's cluster object is being made, which is not told its group. */
  #groupId: string | undefined
  #lastLink: ClientLink | undefined
  readonly #logger: Logger
  // KafkaJS's methods find these here.
  readonly [CLUSTER_RETRY]: RetryOptions | undefined
  readonly [LOGGER]: Logger
  readonly #offsets: ClientClusterOptions['offsets'] = new Map()

  constructor(broker: Broker, simulated: boolean, config: SimulatedKafkaConfig = {}) {
    refuseUnsupported(config)
    this.#broker = broker
    this.#config = config
    this.#process = config.process ?? broker.runtime.current
    this[CLUSTER_RETRY] = config.retry
    this.#logger = createLogger(simulated ? broker.runtime : undefined, config)
    this[LOGGER] = this.#logger
  }

  producer(config: ProducerConfig = {}): Producer {
    return producer.call(asKafka(this), { createPartitioner, ...config })
  }

  consumer(config: ConsumerConfig): Consumer {
    this.#groupId = config?.groupId
    let made: Consumer
    try {
      made = consumer.call(asKafka(this), config)
    } finally {
      this.#groupId = undefined
    }
    const broker = this.#broker
    const link = this.#lastLink!
    const { run, stop, disconnect } = made
    return Object.assign(made, {
      run: (options?: ConsumerRunConfig) => run(observed(broker, link, config.groupId, options)),
      // Whoever stops a consumer waits for its long poll, which is not idle waiting then.
      stop: () => {
        broker.fetches.want(link)
        return stop()
      },
      disconnect: async () => {
        broker.fetches.want(link)
        await disconnect()
        broker.fetches.forget(link)
      },
    })
  }

  [CREATE_CLUSTER](request: ClusterRequest): ClientCluster {
    const broker = this.#broker
    const link = new ClientLink({
      runtime: broker.runtime,
      process: this.#process,
      clientId: this.#config.clientId ?? DEFAULT_CLIENT_ID,
      groupId: this.#groupId,
      emitter: request.instrumentationEmitter ?? null,
      requestTimeoutMs: this.#config.requestTimeout ?? DEFAULT_REQUEST_TIMEOUT_MS,
      enforceRequestTimeout: this.#config.enforceRequestTimeout ?? true,
      maxInFlightRequests: request.maxInFlightRequests ?? null,
      allowAutoTopicCreation: request.allowAutoTopicCreation ?? true,
    })
    this.#lastLink = link
    return new ClientCluster({
      broker,
      link,
      logger: this.#logger,
      metadataMaxAgeMs: request.metadataMaxAge ?? 0,
      isolationLevel: request.isolationLevel,
      retry: this.#config.retry,
      offsets: this.#offsets,
    })
  }
}

Object.setPrototypeOf(SimulatedKafka.prototype, kafkajs.Kafka.prototype)

/** TypeScript does not see what was inherited in the line above. */
function asKafka(kafka: SimulatedKafka): kafkajs.Kafka {
  return kafka as unknown as kafkajs.Kafka
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

/** @throws WorkbenchError `kafkajs-changed` when it does not keep these under symbols any more */
function privateSymbols() {
  const symbols = Object.getOwnPropertySymbols(new kafkajs.Kafka({ brokers: [] }))
  const find = (name: string): symbol => {
    const symbol = symbols.find(({ description }) => description === `private:Kafka:${name}`)
    if (symbol !== undefined) return symbol
    throw new WorkbenchError(
      'kafkajs-changed',
      'The installed KafkaJS is not built like version 2.2.4, whose network the simulator replaces.',
      'Install kafkajs 2.2.4.',
    )
  }
  return {
    CREATE_CLUSTER: find('createCluster'),
    CLUSTER_RETRY: find('clusterRetry'),
    LOGGER: find('logger'),
  }
}
