/**
 * What the harness, the metrics and tests may look at and do without a client: synchronous, and no step of the run.
 */
import type { Message } from 'kafkajs'
import type { Broker } from './broker.ts'
import type { PartitionLog } from './partition-log.ts'
import { partitionOf } from './partitioner.ts'
import type { GroupMemberRecord, GroupState } from './records.ts'
import { fetchMessage, type StoredMessage } from './stored-message.ts'

export interface StoredMessageView {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, Buffer | Buffer[]>>
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly label: string
}

export interface GroupView {
  readonly group: string
  readonly state: GroupState
  readonly generation: number
  readonly members: readonly GroupMemberRecord[]
}

/** How far a group is behind in one partition. */
export interface PartitionLag {
  readonly topic: string
  readonly partition: number
  /** Messages not yet committed; control markers of transactions count, as in Kafka. */
  readonly messages: number
  /** Age of the oldest of them in milliseconds; 0 when there is none. */
  readonly ageMs: number
}

/** As Kafka's consumer configuration names them. */
export type Isolation = 'read_uncommitted' | 'read_committed'

export interface Inspection {
  topics(): readonly { topic: string; partitions: number }[]
  /** The offset the next message will get. @throws WorkbenchError `unknown-partition` */
  highWatermark(topic: string, partition: number): number
  /** The first offset there is. @throws WorkbenchError `unknown-partition` */
  lowWatermark(topic: string, partition: number): number
  /**
   * All messages that are left, partition by partition, without control markers.
   * @param isolation what a consumer with this isolation level would get. `read_uncommitted`, the default: also the messages
   *   of open and aborted transactions; `read_committed`: neither, nor what lies behind an open one
   */
  messages(topic: string, isolation?: Isolation): Iterable<StoredMessageView>
  /** The next offset the group will read, or undefined when it has committed nothing. */
  committedOffset(group: string, topic: string, partition: number): number | undefined
  groups(): readonly GroupView[]
  /** For every partition in which the group has a position or a member. */
  lag(group: string): readonly PartitionLag[]
  /** Puts messages into a topic as from outside. A message without a partition goes where KafkaJS's partitioner would put its key, or to partition 0. */
  append(topic: string, messages: readonly Message[]): void
}

export function createInspection(broker: Broker): Inspection {
  const { topics, offsets, groups } = broker
  return {
    topics: () => topics.all.map(({ name, partitions }) => ({ topic: name, partitions: partitions.length })),
    highWatermark: (topic, partition) => topics.logOrFail(topic, partition).high,
    lowWatermark: (topic, partition) => topics.logOrFail(topic, partition).low,
    messages: (topic, isolation = 'read_uncommitted') => messagesOf(broker, topic, isolation),
    committedOffset: (group, topic, partition) => offsets.get(group, topic, partition)?.offset,
    groups: () =>
      groups.groups.map(group => ({
        group: group.id,
        state: group.state,
        generation: group.generation,
        members: group.memberRecords(),
      })),
    lag: group => lagOf(broker, group),
    append: (topic, messages) => append(broker, topic, messages),
  }
}

function* messagesOf(broker: Broker, topic: string, isolation: Isolation): Iterable<StoredMessageView> {
  const { partitions } = broker.topics.require(topic, false)
  for (const log of partitions) {
    const { partition } = log
    for (const [offset, stored] of isolation === 'read_committed' ? committedIn(log) : log.entries()) {
      if (stored.origin.control !== undefined) continue
      const { key, value, headers } = fetchMessage(stored, offset)
      const { timestamp, label } = stored
      yield { topic, partition, offset, key, value, headers, timestamp, label }
    }
  }
}

/** Up to the last stable offset, without what was aborted: a producer's messages from the first of the transaction to its marker. */
function* committedIn(log: PartitionLog): Iterable<readonly [offset: number, message: StoredMessage]> {
  const { lastStable } = log
  const aborted = log.abortedBetween(log.low, lastStable)
  const aborting = new Set<string>()
  let next = 0
  for (const entry of log.entries()) {
    const [offset, { origin }] = entry
    if (offset >= lastStable) return
    while (next < aborted.length && Number(aborted[next]!.firstOffset) <= offset) {
      aborting.add(aborted[next++]!.producerId)
    }
    if (origin.control !== undefined) aborting.delete(origin.producerId)
    else if (!origin.transactional || !aborting.has(origin.producerId)) yield entry
  }
}

function lagOf(broker: Broker, groupId: string): PartitionLag[] {
  const followed = new Set<string>()
  for (const [topic, partitions] of broker.offsets.topics(groupId)) {
    for (const partition of partitions.keys()) followed.add(`${topic}/${partition}`)
  }
  for (const member of broker.groups.get(groupId)?.memberRecords() ?? []) {
    for (const name of member.partitions) followed.add(name)
  }
  return [...followed].sort().flatMap(name => {
    const slash = name.lastIndexOf('/')
    const topic = name.slice(0, slash)
    const partition = Number(name.slice(slash + 1))
    const log = broker.topics.get(topic)?.partitions[partition]
    if (log === undefined) return []
    const committed = broker.offsets.get(groupId, topic, partition)?.offset ?? 0
    const next = Math.max(committed, log.low)
    const oldest = log.at(next)
    const ageMs = oldest === undefined ? 0 : Math.max(0, broker.runtime.now() - oldest.timestamp)
    return [{ topic, partition, messages: log.high - next, ageMs }]
  })
}

function append(broker: Broker, name: string, messages: readonly Message[]): void {
  const { partitions } = broker.topics.require(name, true)
  for (const message of messages) {
    const { key } = message
    const keyed = key !== null && key !== undefined
    const partition = message.partition ?? (keyed ? partitionOf(key, partitions.length) : 0)
    const request = {
      acks: -1,
      producerId: '-1',
      producerEpoch: 0,
      topicData: [{ topic: name, partitions: [{ partition, messages: [message] }] }],
    }
    broker.produce.apply(request, broker.produce.encode(request), 'outside', undefined)
  }
}
