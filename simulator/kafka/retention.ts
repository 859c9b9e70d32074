/**
 * Deletes what is too old, and says which groups had not read it: silent loss, as lag does not show it.
 */
import type { Runtime } from '#simulator/world/runtime.ts'
import type { Offsets } from './offsets.ts'
import type { PartitionLog } from './partition-log.ts'
import type { RetentionRecord } from './records.ts'
import type { Topics } from './topics.ts'

/** On the wall clock a partition is left alone for so long after it was looked at: many messages are deleted at a time. */
const CHECK_INTERVAL_MS = 1_000

export class Retention {
  /** When each partition is looked at again; empty in a world. */
  readonly #dueMs = new WeakMap<PartitionLog, number>()

  constructor(
    readonly runtime: Runtime,
    readonly topics: Topics,
    readonly offsets: Offsets,
    readonly wallClock: boolean,
  ) {}

  /**
   * Applies the topic's `retention.ms`. Looked at when somebody reads; Kafka checks every five minutes and deletes whole
   * segments, so there it happens later and more coarsely.
   * @throws KAFKA_STORAGE_ERROR
   */
  expire(log: PartitionLog): void {
    const retentionMs = this.topics.get(log.topic)?.retentionMs
    if (retentionMs === undefined) return
    const nowMs = this.runtime.now()
    if (this.wallClock) {
      if (nowMs < (this.#dueMs.get(log) ?? 0)) return
      this.#dueMs.set(log, nowMs + CHECK_INTERVAL_MS)
    }
    this.deleteBefore(log, log.firstNotBefore(nowMs - retentionMs))
  }

  /**
   * On the wall clock a partition stays within bounds even if nobody reads it. In a world it need not: a run ends.
   * @throws KAFKA_STORAGE_ERROR
   */
  expireBeforeWrite(log: PartitionLog): void {
    if (this.wallClock) this.expire(log)
  }

  /** Raises the low watermark to `offset`. @throws KAFKA_STORAGE_ERROR */
  deleteBefore(log: PartitionLog, offset: number): void {
    const before = log.low
    const deleted = log.deleteBefore(offset)
    if (deleted === 0) return
    const unreadBy: Record<string, number> = {}
    for (const [group, position] of this.offsets.positions(log.topic, log.partition)) {
      const unread = log.low - Math.max(position, before)
      if (unread > 0) unreadBy[group] = unread
    }
    const record: RetentionRecord = {
      kind: 'kafka.retention',
      topic: log.topic,
      partition: log.partition,
      low: log.low,
      deleted,
      unreadBy,
    }
    this.runtime.record(record, { process: 'kafka', detached: true })
  }
}
