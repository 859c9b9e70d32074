/**
 * Deletes what is too old, and says which groups had not read it: silent loss, as lag does not show it.
 */
import type { Runtime } from '#simulator/world/runtime.ts'
import type { Offsets } from './offsets.ts'
import type { PartitionLog } from './partition-log.ts'
import type { RetentionRecord } from './records.ts'
import type { Topics } from './topics.ts'

export class Retention {
  constructor(
    readonly runtime: Runtime,
    readonly topics: Topics,
    readonly offsets: Offsets,
  ) {}

  /**
   * Applies the topic's `retention.ms`. Looked at when somebody reads or writes; Kafka checks every five minutes and
   * deletes whole segments, so there it happens later and more coarsely.
   */
  expire(log: PartitionLog): void {
    const retentionMs = this.topics.get(log.topic)?.retentionMs
    if (retentionMs === undefined) return
    this.deleteBefore(log, log.firstNotBefore(this.runtime.now() - retentionMs))
  }

  /** Raises the low watermark to `offset`. */
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
