/**
 * The parts of the simulated cluster, put together; all its nodes share them.
 */
import type { Runtime } from '#simulator/world/runtime.ts'
import type { ClientLink } from './client-link.ts'
import type { Connection } from './connection.ts'
import { Fetches } from './fetches.ts'
import { GroupCoordinator } from './group-coordinator.ts'
import { Holds } from './holds.ts'
import type { Journal } from './journal.ts'
import { defaultLabel, type LabelledMessage } from './label.ts'
import { Offsets } from './offsets.ts'
import { Poison } from './poison.ts'
import { Produce } from './produce.ts'
import { Retention } from './retention.ts'
import { Topics } from './topics.ts'
import { TransactionCoordinator } from './transaction-coordinator.ts'

export interface BrokerOptions {
  readonly runtime: Runtime
  readonly nodes: number
  readonly autoCreateTopics: boolean
  readonly initialRebalanceDelayMs: number
  readonly label?: (message: LabelledMessage) => string
  readonly journal?: Journal | undefined
  /** Whether it runs in real time: then it must last, and must not keep a program alive. Default false. */
  readonly wallClock?: boolean
}

const SIMULATED_CLUSTER_ID = 'out-of-order'

export class Broker {
  readonly runtime: Runtime
  readonly nodeIds: readonly number[]
  readonly clusterId: string
  readonly topics: Topics
  readonly offsets: Offsets
  readonly retention: Retention
  readonly holds: Holds
  readonly poison: Poison
  readonly fetches: Fetches
  readonly groups: GroupCoordinator
  readonly transactions: TransactionCoordinator
  readonly produce: Produce
  readonly links = new Set<ClientLink>()
  readonly connections = new Set<Connection>()

  constructor(options: BrokerOptions) {
    const { runtime, nodes, autoCreateTopics, initialRebalanceDelayMs, label, journal } = options
    const { wallClock = false } = options
    this.runtime = runtime
    this.clusterId = journal?.clusterId ?? SIMULATED_CLUSTER_ID
    this.nodeIds = Array.from({ length: nodes }, (_, index) => index + 1)
    this.topics = new Topics(nodes, autoCreateTopics, journal)
    this.offsets = new Offsets(runtime, journal)
    this.retention = new Retention(runtime, this.topics, this.offsets, wallClock)
    this.holds = new Holds(runtime)
    this.poison = new Poison(runtime)
    this.fetches = new Fetches(runtime, this.topics, this.retention, this.holds)
    this.groups = new GroupCoordinator(runtime, this.offsets, this.fetches, initialRebalanceDelayMs)
    this.transactions = new TransactionCoordinator(
      runtime,
      this.topics,
      this.offsets,
      this.fetches,
      wallClock,
      journal,
    )
    this.produce = new Produce(
      runtime,
      this.topics,
      this.transactions,
      this.retention,
      this.fetches,
      label ?? defaultLabel,
    )
  }

  address(nodeId: number): { host: string; port: number } {
    return { host: `kafka-${nodeId}`, port: 9092 }
  }

  /** Groups and transactional ids are spread over the nodes by name. */
  coordinatorOf(name: string): number {
    let hash = 0
    for (let index = 0; index < name.length; index++) hash = (hash * 31 + name.charCodeAt(index)) >>> 0
    return 1 + (hash % this.nodeIds.length)
  }
}
