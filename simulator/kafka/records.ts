/**
 * What the cluster writes into the trace. Heartbeats, fetches and metadata requests are not worth a record.
 */
import type { THROWN } from '#simulator/world/errors.ts'

export type KafkaRecord =
  | AppendRecord
  | LostRecord
  | DeliverRecord
  | HandledRecord
  | CommitRecord
  | GroupRecord
  | RetentionRecord
  | TransactionRecord
  | LogRecord

/** A message is in the log. */
export interface AppendRecord {
  kind: 'kafka.append'
  topic: string
  partition: number
  offset: number
  key: string | null
  /** Who the message is for a reader, and the subject of its sites: `order-7/OrderPlaced`. */
  label: string
  /** The value as UTF-8 text; null for a tombstone. */
  value: string | null
  /** The process that sent it, or `outside`. */
  producer: string
  /** Present when it counts only if its transaction commits. */
  transactional?: true
}

/** A message was acknowledged but is not in the log: the fault `lost-write`. */
export interface LostRecord {
  kind: 'kafka.lost'
  topic: string
  partition: number
  /** The offset the producer was told. */
  offset: number
  key: string | null
  label: string
  producer: string
}

/** A message was handed to a handler. Caused by its append. */
export interface DeliverRecord {
  kind: 'kafka.deliver'
  topic: string
  partition: number
  offset: number
  group: string
  member: string
  label: string
  /** True when the group was handed this offset before. */
  redelivery: boolean
}

/** The handler is through with a message. Caused by the delivery. */
export interface HandledRecord {
  kind: 'kafka.handled'
  topic: string
  partition: number
  offset: number
  group: string
  label: string
  ok: boolean
  /** Name and message of what the handler threw. */
  error?: string
  [THROWN]?: unknown
}

/** A group's position changed; `offset` is the next to be read. */
export interface CommitRecord {
  kind: 'kafka.commit'
  group: string
  topic: string
  partition: number
  offset: number
}

export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'

/** A group's membership changed. Assignments are known once it is Stable. */
export interface GroupRecord {
  kind: 'kafka.group'
  group: string
  state: GroupState
  generation: number
  members: readonly GroupMemberRecord[]
}

export interface GroupMemberRecord {
  member: string
  process: string
  /** As `topic/partition`. */
  partitions: readonly string[]
}

/** Messages were deleted: by age, by the fault `retention`, or by an operator. */
export interface RetentionRecord {
  kind: 'kafka.retention'
  topic: string
  partition: number
  /** The first offset that is left. */
  low: number
  deleted: number
  /** How many of the deleted messages each group with a position had not read. */
  unreadBy: Readonly<Record<string, number>>
}

/** A transaction ended. */
export interface TransactionRecord {
  kind: 'kafka.transaction'
  transaction: string
  outcome: 'commit' | 'abort'
}

/** A warning or error that KafkaJS logged. */
export interface LogRecord {
  kind: 'log'
  level: 'ERROR' | 'WARN'
  message: string
}
