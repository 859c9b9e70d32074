/**
 * Committed positions of groups, and those that wait for their transaction to commit.
 */
import type { Runtime } from '#simulator/world/runtime.ts'
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

type ByPartition = Map<number, CommittedOffset>

export class Offsets {
  readonly #byGroup = new Map<string, Map<string, ByPartition>>()
  readonly #pending = new Map<string, { groupId: string; topics: readonly OffsetsRequest[] }[]>()

  constructor(readonly runtime: Runtime) {}

  has(groupId: string): boolean {
    return this.#byGroup.has(groupId)
  }

  get groups(): readonly string[] {
    return [...this.#byGroup.keys()]
  }

  get(groupId: string, topic: string, partition: number): CommittedOffset | undefined {
    return this.#byGroup.get(groupId)?.get(topic)?.get(partition)
  }

  topics(groupId: string): ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>> {
    return this.#byGroup.get(groupId) ?? new Map()
  }

  commit(groupId: string, topics: readonly OffsetsRequest[]): void {
    for (const { topic, partitions } of topics) {
      for (const { partition, offset, metadata } of partitions) {
        // KafkaJS names partitions by object keys here, so they come as strings.
        this.set(groupId, topic, Number(partition), {
          offset: Number(String(offset)),
          metadata: metadata ?? null,
        })
      }
    }
  }

  set(groupId: string, topic: string, partition: number, committed: CommittedOffset): void {
    const byTopic = getOrMake(this.#byGroup, groupId, () => new Map<string, ByPartition>())
    const byPartition = getOrMake(byTopic, topic, () => new Map<number, CommittedOffset>())
    const before = byPartition.get(partition)
    byPartition.set(partition, committed)
    // Committing the same position again changes nothing, so it is not worth a record.
    if (before?.offset === committed.offset) return
    const { offset } = committed
    const record: CommitRecord = { kind: 'kafka.commit', group: groupId, topic, partition, offset }
    this.runtime.record(record, { detached: true })
  }

  /** Keeps offsets back until their transaction ends. */
  hold(transactionId: string, groupId: string, topics: readonly OffsetsRequest[]): void {
    getOrMake(this.#pending, transactionId, () => []).push({ groupId, topics })
  }

  endTransaction(transactionId: string, outcome: 'commit' | 'abort'): void {
    const pending = this.#pending.get(transactionId)
    if (pending === undefined) return
    this.#pending.delete(transactionId)
    if (outcome === 'abort') return
    for (const { groupId, topics } of pending) this.commit(groupId, topics)
  }

  /** Every group's position in a partition. */
  *positions(topic: string, partition: number): Iterable<readonly [group: string, offset: number]> {
    for (const [group, byTopic] of this.#byGroup) {
      const committed = byTopic.get(topic)?.get(partition)
      if (committed !== undefined) yield [group, committed.offset]
    }
  }

  deleteGroup(groupId: string): void {
    this.#byGroup.delete(groupId)
  }

  deleteTopic(topic: string): void {
    for (const byTopic of this.#byGroup.values()) byTopic.delete(topic)
  }
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}
