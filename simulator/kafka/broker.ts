/**
 * The parts of the simulated cluster, put together; all its nodes share them.
 */
import type { Runtime } from '#simulator/world/runtime.ts'
import type { ClientLink } from './client-link.ts'
import type { Connection } from './connection.ts'
import { Fetches } from './fetches.ts'
import { GroupCoordinator } from './group-coordinator.ts'
import { Holds } from './holds.ts'
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
}

export class Broker {
  readonly runtime: Runtime
  readonly nodeIds: readonly number[]
  readonly clusterId = 'out-of-order'
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

  constructor({ runtime, nodes, autoCreateTopics, initialRebalanceDelayMs, label }: BrokerOptions) {
    this.runtime = runtime
    this.nodeIds = Array.from({ length: nodes }, (_, index) => index + 1)
    this.topics = new Topics(nodes, autoCreateTopics)
    this.offsets = new Offsets(runtime)
    this.retention = new Retention(runtime, this.topics, this.offsets)
    this.holds = new Holds(runtime)
    this.poison = new Poison(runtime)
    this.fetches = new Fetches(runtime, this.topics, this.retention, this.holds)
    this.groups = new GroupCoordinator(runtime, this.offsets, this.fetches, initialRebalanceDelayMs)
    this.transactions = new TransactionCoordinator(runtime, this.topics, this.offsets, this.fetches)
    this.produce = new Produce(runtime, this.topics, this.transactions, this.fetches, label ?? defaultLabel)
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
