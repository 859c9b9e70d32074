/**
 * A Kafka cluster in memory, behind KafkaJS's interface: `const { Kafka } = createCluster()`.
 *
 * In a world it lives in virtual time and suffers the plan's faults; without one it runs on the wall clock.
 */
import type { Runtime } from '#simulator/world/runtime.ts'
import { createWallClock } from '#simulator/world/wall-clock.ts'
import { Broker } from './broker.ts'
import { listenForFaults } from './fault-edges.ts'
import { createInspection, type Inspection } from './inspection.ts'
import type { Journal } from './journal.ts'
import { createKafkaClass, type SimulatedKafkaClass } from './kafka-client.ts'
import type { LabelledMessage } from './label.ts'
import { restore } from './restore.ts'
import type { TopicOptions } from './topics.ts'

export interface ClusterOptions {
  /** What it runs in. Default: the wall clock, where KafkaJS logs to the console as ever. */
  readonly runtime?: Runtime
  /** Number of nodes; leaders and coordinators are spread over them. Default 1. */
  readonly brokers?: number
  /** Topics that exist from the beginning; with a journal, those it does not have yet. */
  readonly topics?: readonly TopicOptions[]
  /** Whether a topic is made when a client asks for it, with one partition. Default true, as in Kafka. */
  readonly autoCreateTopics?: boolean
  /** How long a new group waits for more members; Kafka's `group.initial.rebalance.delay.ms` is 3,000. Default 0. */
  readonly initialRebalanceDelayMs?: number
  /** What a message is called in sites and records. Default: key and type, `order-7/OrderPlaced`. */
  readonly label?: (message: LabelledMessage) => string
  /** Where topics, messages and offsets are kept, so that the next cluster on the same journal goes on with them. Default: nowhere. */
  readonly journal?: Journal
}

export interface Cluster extends Inspection {
  /** KafkaJS's `Kafka` class, connected to this cluster. A client belongs to the process that makes it, or to the one it names. */
  readonly Kafka: SimulatedKafkaClass
  /**
   * Says that the program is about to end: long polls are answered within 50 ms from now on, also those under way. KafkaJS's
   * `consumer.disconnect()` waits for its long poll, up to `maxWaitTimeInMs`, with a real broker as well; a broker may always
   * answer sooner.
   */
  shortenLongPolls(): void
}

const SHORT_POLL_MS = 50

/** @throws KafkaJSProtocolError for an impossible topic; whatever a journal throws that cannot be read */
export function createCluster(options: ClusterOptions = {}): Cluster {
  const runtime = options.runtime ?? createWallClock()
  const broker = new Broker({
    runtime,
    nodes: options.brokers ?? 1,
    autoCreateTopics: options.autoCreateTopics ?? true,
    initialRebalanceDelayMs: options.initialRebalanceDelayMs ?? 0,
    ...(options.label === undefined ? {} : { label: options.label }),
    journal: options.journal,
    wallClock: options.runtime === undefined,
  })
  if (options.journal !== undefined) restore(broker, options.journal)
  for (const topic of options.topics ?? []) {
    const isRestored = options.journal !== undefined && broker.topics.get(topic.topic) !== undefined
    if (!isRestored) broker.topics.create(topic)
  }
  listenForFaults(broker)
  return {
    Kafka: createKafkaClass(broker, options.runtime !== undefined),
    ...createInspection(broker),
    shortenLongPolls: () => broker.fetches.shorten(SHORT_POLL_MS),
  }
}
