/**
 * Committed positions of groups, and those that wait for their transaction to commit.
 */
import type { Runtime } from '#simulator/world/runtime.ts'
import type { Journal, JournalCommit, JournalOffset } from './journal.ts'
import type { CommitRecord } from './records.ts'

export interface CommittedOffset {
  /** The next offset to be read; -1 (latest) or -2 (earliest) after `resetOffsets`, as in Kafka. */
  readonly offset: number
  readonly metadata: string | null
}

/** As KafkaJS sends them: an offset is a string, a number or one of its Longs. */
export interface OffsetsRequest {
  readonly topic: string
  readonly partitions: readonly {
    partition: number
    offset: { toString(): string }
    metadata?: string | null
  }[]
}

interface WrittenOffset extends CommittedOffset {
  /** Which write to any offset this was, counted from the beginning. */
  readonly write: number
}

/** What a transaction commits if it does. */
interface HeldCommit extends JournalCommit {
  /** How many writes there had been when it was handed in. */
  readonly write: number
}

type ByPartition = Map<number, WrittenOffset>

export class Offsets {
  readonly #byGroup = new Map<string, Map<string, ByPartition>>()
  /** By transactional id. */
  readonly #held = new Map<string, HeldCommit[]>()
  #writes = 0

  constructor(
    readonly runtime: Runtime,
    readonly journal?: Journal,
  ) {}

  has(groupId: string): boolean {
    return this.groups.includes(groupId)
  }

  /** Also those that have nothing yet but what an open transaction may commit. */
  get groups(): readonly string[] {
    const groups = new Set(this.#byGroup.keys())
    for (const held of this.#held.values()) for (const { group } of held) groups.add(group)
    return [...groups]
  }

  get(groupId: string, topic: string, partition: number): CommittedOffset | undefined {
    return this.#byGroup.get(groupId)?.get(topic)?.get(partition)
  }

  topics(groupId: string): ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>> {
    return this.#byGroup.get(groupId) ?? new Map()
  }

  /** @throws KAFKA_STORAGE_ERROR */
  commit(groupId: string, topics: readonly OffsetsRequest[]): void {
    this.set(groupId, decode(topics))
  }

  /** @throws KAFKA_STORAGE_ERROR */
  set(groupId: string, offsets: readonly JournalOffset[]): void {
    this.journal?.saveOffsets(groupId, offsets)
    for (const offset of offsets) this.apply(groupId, offset)
  }

  /** Sets what is in the journal already. */
  apply(groupId: string, { topic, partition, offset, metadata }: JournalOffset): void {
    const byTopic = getOrMake(this.#byGroup, groupId, () => new Map<string, ByPartition>())
    const byPartition = getOrMake(byTopic, topic, () => new Map<number, WrittenOffset>())
    const before = byPartition.get(partition)
    byPartition.set(partition, { offset, metadata, write: ++this.#writes })
    // Committing the same position again changes nothing, so it is not worth a record.
    if (before?.offset === offset) return
    const record: CommitRecord = { kind: 'kafka.commit', group: groupId, topic, partition, offset }
    this.runtime.record(record, { detached: true })
  }

  /** Keeps offsets back until their transaction ends. */
  hold(transactionId: string, group: string, topics: readonly OffsetsRequest[]): void {
    getOrMake(this.#held, transactionId, () => []).push({
      group,
      offsets: decode(topics),
      write: this.#writes,
    })
  }

  /** What a transaction commits if it does now: what the group has committed itself in the meantime stays, as in Kafka. */
  held(transactionId: string): readonly JournalCommit[] {
    const held = this.#held.get(transactionId) ?? NONE
    return held.map(({ group, offsets, write }) => ({
      group,
      offsets: offsets.filter(({ topic, partition }) => {
        const committed = this.#byGroup.get(group)?.get(topic)?.get(partition)
        return committed === undefined || committed.write <= write
      }),
    }))
  }

  /** Lets go of what a transaction has kept back: commits it, which the journal knows already, or forgets it. */
  endTransaction(transactionId: string, outcome: 'commit' | 'abort'): void {
    const held = this.held(transactionId)
    this.#held.delete(transactionId)
    if (outcome === 'abort') return
    for (const { group, offsets } of held) for (const offset of offsets) this.apply(group, offset)
  }

  /** Every group's position in a partition. */
  *positions(topic: string, partition: number): Iterable<readonly [group: string, offset: number]> {
    for (const [group, byTopic] of this.#byGroup) {
      const committed = byTopic.get(topic)?.get(partition)
      if (committed !== undefined) yield [group, committed.offset]
    }
  }

  /** @throws KAFKA_STORAGE_ERROR */
  deleteGroup(groupId: string): void {
    this.journal?.deleteGroup(groupId)
    this.#byGroup.delete(groupId)
  }

  /** The journal forgets them with the topic. */
  deleteTopic(topic: string): void {
    for (const byTopic of this.#byGroup.values()) byTopic.delete(topic)
  }
}

const NONE: readonly HeldCommit[] = []

function decode(topics: readonly OffsetsRequest[]): JournalOffset[] {
  const decoded: JournalOffset[] = []
  for (const { topic, partitions } of topics) {
    for (const { partition, offset, metadata } of partitions) {
      decoded.push({
        topic,
        // KafkaJS names partitions by object keys here, so they come as strings.
        partition: Number(partition),
        offset: Number(String(offset)),
        metadata: metadata ?? null,
      })
    }
  }
  return decoded
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}
