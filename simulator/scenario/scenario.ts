/**
 * A scenario: services, topics, outside parties, a workload and the guarantees. With a plan it makes a run.
 */
import type { Message } from 'kafkajs'
import type { PartitionLag, StoredMessageView } from '#simulator/kafka/inspection.ts'
import type { Database, Service } from '#simulator/service.ts'
import type { Fold } from '#simulator/trace/fold.ts'

/** The one word for what went wrong; the same list in checks, feedback and the failure table. */
export const OUTCOMES = [
  'lost',
  'doubled',
  'stuck',
  'stale',
  'reordered',
  'leaked',
  'phantom',
  'diverged',
  'corrupt',
  'overload',
  'untraceable',
] as const
export type Outcome = (typeof OUTCOMES)[number]

export interface Scenario {
  readonly name: string
  /** Topics that exist before anything starts. `retentionMs` as in Kafka; without it nothing is ever deleted. */
  readonly topics: readonly { topic: string; partitions: number; retentionMs?: number }[]
  readonly services: readonly ServiceEntry[]
  /** Parties outside our systems, reached by `fetch('http://<name>/…')`. They never crash on their own. */
  readonly parties: Readonly<Record<string, (memory?: PartyMemory) => Party>>
  /** What the outside world does to the system: ordinary code with `fetch` and timers, run as the process `shopper`. */
  readonly workload: (outside: Outside) => Promise<void>
  /** What an operator does once everything is healed, e.g. redrive dead letters. Run as the process `operator`. */
  readonly operator?: (host: OperatorHost) => Promise<void>
  /** Folds over the trace that the guarantees ask for. */
  readonly folds?: readonly Fold<unknown>[]
  readonly guarantees: readonly Guarantee[]
  /** Read models sampled over time, so that their drift can be shown. */
  readonly readModels?: readonly ReadModel[]
}

export interface ServiceEntry {
  readonly name: string
  readonly service: Service
  /** The database it opens; its own, named like the service, unless told. A relay opens the database it relays from. */
  readonly database?: string
  /** The version it is redeployed as by the fault `schema-change`. */
  readonly nextVersion?: Service
  /** Fills the database with rows written by an earlier version, for the fault `old-data`. */
  readonly oldData?: (db: Database) => void
}

/** An outside party: a payment provider, a mail provider. It remembers what it did in `ledger`. */
export interface Party {
  fetch(request: Request): Promise<Response>
  /** What it really did, in order, whatever its callers got to hear. */
  readonly ledger: readonly PartyEntry[]
}

export interface PartyEntry {
  readonly action: string
  readonly key: string
  readonly [field: string]: unknown
}

/** Where a party keeps what it did, when that has to outlive its process. */
export interface PartyMemory {
  /** What was answered to an earlier request with this key. */
  find(key: string): PartyAnswer | undefined
  /** Keeps an answer, and what was done for it if anything was: both, or neither. */
  keep(key: string, answer: PartyAnswer, entry: PartyEntry | undefined): void
  entries(): readonly PartyEntry[]
}

export interface PartyAnswer {
  readonly status: number
  readonly body: object
}

/** What the workload can do besides `fetch`. */
export interface Outside {
  /** Puts messages into a topic at once, as services do that are not part of this scenario. */
  publish(topic: string, messages: readonly Message[]): void
}

export interface OperatorHost {
  readonly kafka: import('#simulator/service.ts').KafkaClient
}

export interface ReadModel {
  readonly name: string
  readonly database: string
  /** The rows as they stand, by key; called between steps, must not write. */
  read(db: Database): Map<string, unknown>
  /** What the rows should be by the log so far. */
  expected(evidence: Pick<Evidence, 'fold'>): Map<string, unknown>
}

/** What the judge may look at when a run is over. */
export interface Evidence {
  /** The state of one of the scenario's folds. */
  fold<S>(definition: Fold<S>): S
  /** A service's database, for reading. */
  database(name: string): Database
  /** What an outside party really did. */
  ledger(party: string): readonly PartyEntry[]
  /** The messages that a topic holds, partition by partition; of a transaction only once it is committed. */
  messages(topic: string): Iterable<StoredMessageView>
  /** How far a consumer group is behind its partitions, by committed offsets. */
  lag(group: string): readonly PartitionLag[]
}

export interface Guarantee {
  /** Short and stable: `charged-once`. */
  readonly name: string
  /** The promise as one sentence: "Every order is charged at most once." */
  readonly promise: string
  /** always: at every moment of the run; eventually: after healing; sometimes: it happened at all, so that the check is not vacuous. */
  readonly kind: 'always' | 'eventually' | 'sometimes'
  judge(evidence: Evidence): readonly Violation[]
}

export interface Violation {
  readonly outcome: Outcome
  /** What happened, with numbers: "order-7 was charged 2 times". */
  readonly message: string
  /** What it concerns: order ids, product ids. */
  readonly subjects?: readonly string[]
}
