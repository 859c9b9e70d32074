/**
 * Where a cluster keeps what has to outlive its program: topics, messages, and the committed offsets of groups.
 *
 * A port, and synchronous: every change is written here before it is made in memory, so that whatever a client was told is in the
 * journal. Members of groups, epochs of producers and transactions under way are not in it. Their clients die with the program.
 */
import type { CommittedOffset } from './offsets.ts'
import type { StoredMessage } from './stored-message.ts'

export interface Journal {
  /** Made up when the journal was made, and the same ever after: the cluster's id. */
  readonly clusterId: string

  /** In the order of their creation. */
  topics(): Iterable<JournalTopic>
  /** The messages that are left, without a gap, from the partition's low watermark on. */
  messages(topic: string, partition: number): Iterable<JournalMessage>
  offsets(): Iterable<JournalOffset & { readonly group: string }>

  // Each of these is written as a whole or not at all, and is safe when the call returns. They throw KAFKA_STORAGE_ERROR, as a
  // broker answers whose disk fails; then nothing has changed.

  /** Creates a topic, or gives one more partitions or another configuration. */
  saveTopic(topic: string, partitions: number, config: ReadonlyMap<string, string>): void
  /** With its messages and every group's offsets in it. */
  deleteTopic(topic: string): void
  append(topic: string, partition: number, baseOffset: number, messages: readonly StoredMessage[]): void
  /** Raises the low watermark to `low`. */
  deleteBefore(topic: string, partition: number, low: number): void
  saveOffsets(group: string, offsets: readonly JournalOffset[]): void
  deleteGroup(group: string): void
  /** Writes the markers of a transaction and the offsets it commits: both, whatever happens meanwhile. */
  endTransaction(markers: readonly JournalMarker[], commits: readonly JournalCommit[]): void
  /** @returns the first of `count` producer ids that no call has returned before, in this life or an earlier one */
  reserveProducerIds(count: number): number
}

export interface JournalTopic {
  readonly topic: string
  /** By Kafka's names. */
  readonly config: ReadonlyMap<string, string>
  /** The low watermark of each partition. */
  readonly lowWatermarks: readonly number[]
}

/** What the log needs to have a message back. */
export type JournalMessage = Pick<
  StoredMessage,
  'key' | 'value' | 'headers' | 'timestamp' | 'label' | 'origin'
>

export interface JournalOffset extends CommittedOffset {
  readonly topic: string
  readonly partition: number
}

export interface JournalMarker {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly marker: StoredMessage
}

export interface JournalCommit {
  readonly group: string
  readonly offsets: readonly JournalOffset[]
}
