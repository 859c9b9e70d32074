/**
 * What the cluster tells clients about itself: nodes, topics, leaders, offsets.
 */
import type { Broker } from './broker.ts'
import { protocolError } from './protocol-errors.ts'

const LATEST = -1
const EARLIEST = -2
const READ_UNCOMMITTED = 0

export interface PartitionDescription {
  partitionErrorCode: 0
  partitionId: number
  leader: number
  replicas: number[]
  isr: number[]
  offlineReplicas: number[]
}

/** A decoded metadata response, version 6. */
export interface ClusterMetadata {
  throttleTime: 0
  clientSideThrottleTime: 0
  brokers: { nodeId: number; host: string; port: number; rack: null }[]
  clusterId: string
  controllerId: number
  topicMetadata: {
    topicErrorCode: 0
    topic: string
    isInternal: false
    partitionMetadata: PartitionDescription[]
  }[]
}

/**
 * An empty list asks for all topics.
 * @param mayCreate whether the client lets the cluster create topics it asks for
 * @throws UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION
 */
export function describeMetadata(
  broker: Broker,
  names: readonly string[],
  mayCreate: boolean,
): ClusterMetadata {
  const unknown = names.filter(name => broker.topics.get(name) === undefined)
  if (unknown.length > 0) {
    // Made on demand, but not there yet: the client is told of it when it asks again.
    for (const name of unknown) broker.topics.require(name, mayCreate)
    throw protocolError('UNKNOWN_TOPIC_OR_PARTITION')
  }
  const topics =
    names.length === 0 ? broker.topics.all : names.map(name => broker.topics.require(name, false))
  return {
    throttleTime: 0,
    clientSideThrottleTime: 0,
    brokers: broker.nodeIds.map(nodeId => ({ nodeId, ...broker.address(nodeId), rack: null })),
    clusterId: broker.clusterId,
    controllerId: 1,
    topicMetadata: topics.map(topic => ({
      topicErrorCode: 0,
      topic: topic.name,
      isInternal: false,
      partitionMetadata: topic.partitions.map(({ partition, leader }) => ({
        partitionErrorCode: 0,
        partitionId: partition,
        leader,
        replicas: [...broker.nodeIds],
        isr: [...broker.nodeIds],
        offlineReplicas: [],
      })),
    })),
  }
}

/** One topic of a request for offsets. */
export interface ListedOffsets {
  readonly topic: string
  /** -1 asks for the end, -2 for the beginning, anything else for the first message at or after that time. */
  readonly partitions: readonly { partition: number; timestamp?: number }[]
}

export interface ListOffsetsRequest {
  readonly isolationLevel?: number
  readonly topics: readonly ListedOffsets[]
}

export interface ListOffsetsResponse {
  throttleTime: 0
  clientSideThrottleTime: 0
  responses: {
    topic: string
    partitions: { partition: number; errorCode: 0; timestamp: string; offset: string }[]
  }[]
}

/** @throws UNKNOWN_TOPIC_OR_PARTITION */
export function listOffsets(
  broker: Broker,
  { isolationLevel, topics }: ListOffsetsRequest,
): ListOffsetsResponse {
  return {
    throttleTime: 0,
    clientSideThrottleTime: 0,
    responses: topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition, timestamp = LATEST }) => {
        const log = broker.topics.log(topic, partition)
        broker.retention.expire(log)
        const end = isolationLevel === READ_UNCOMMITTED ? log.high : log.lastStable
        const time = Number(timestamp)
        const found =
          time === LATEST
            ? { offset: end, timestamp: -1 }
            : time === EARLIEST
              ? { offset: log.low, timestamp: -1 }
              : (log.offsetAtTime(time) ?? { offset: -1, timestamp: -1 })
        return {
          partition,
          errorCode: 0,
          timestamp: String(found.timestamp),
          offset: String(found.offset),
        }
      }),
    })),
  }
}

/** A group's committed offsets; an empty list asks for all there are. Nothing committed reads as '-1'. */
export function fetchOffsets(
  broker: Broker,
  groupId: string,
  topics: readonly { topic: string; partitions: readonly { partition: number }[] }[],
) {
  const asked =
    topics.length > 0
      ? topics
      : [...broker.offsets.topics(groupId)].map(([topic, partitions]) => ({
          topic,
          partitions: [...partitions.keys()].map(partition => ({ partition })),
        }))
  return {
    throttleTime: 0,
    clientSideThrottleTime: 0,
    errorCode: 0,
    responses: asked.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => {
        const committed = broker.offsets.get(groupId, topic, partition)
        return {
          partition,
          offset: String(committed?.offset ?? -1),
          metadata: committed?.metadata ?? '',
          errorCode: 0,
        }
      }),
    })),
  }
}

/** Offsets can only be committed for partitions that exist. @throws UNKNOWN_TOPIC_OR_PARTITION */
export function requirePartitions(
  broker: Broker,
  topics: readonly { topic: string; partitions: readonly { partition: number }[] }[],
): void {
  for (const { topic, partitions } of topics) {
    for (const { partition } of partitions) {
      if (broker.topics.get(topic)?.partitions[partition] === undefined) {
        throw protocolError('UNKNOWN_TOPIC_OR_PARTITION')
      }
    }
  }
}
