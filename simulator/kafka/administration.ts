/**
 * What an administrator can ask of the cluster, in the shapes of KafkaJS's decoded responses.
 */
import kafkajs from 'kafkajs'
import kafkajsErrors from 'kafkajs/src/errors.js'
import type { Broker } from './broker.ts'
import { metadataOf } from './group.ts'
import { errorCode, notSupported, protocolError } from './protocol-errors.ts'
import { DEFAULT_CONFIG } from './topic-config.ts'
import type { Topic } from './topics.ts'

interface ConfigEntry {
  readonly name: string
  readonly value: string
}

export interface CreateTopicsRequest {
  readonly topics: readonly {
    readonly topic: string
    readonly numPartitions?: number
    readonly replicationFactor?: number
    readonly replicaAssignment?: readonly unknown[]
    readonly configEntries?: readonly ConfigEntry[]
  }[]
  readonly validateOnly?: boolean
}

/** @throws KafkaJSAggregateError with one error for each topic that could not be created */
export function createTopics(broker: Broker, { topics, validateOnly = false }: CreateTopicsRequest): object {
  const errors: Error[] = []
  for (const {
    topic,
    numPartitions = -1,
    replicationFactor = -1,
    replicaAssignment,
    configEntries,
  } of topics) {
    if (replicaAssignment !== undefined && replicaAssignment.length > 0)
      throw notSupported('replica assignments')
    try {
      // -1 leaves it to the cluster.
      const isPossible =
        replicationFactor === -1 || (replicationFactor > 0 && replicationFactor <= broker.nodeIds.length)
      if (!isPossible) throw protocolError('INVALID_REPLICATION_FACTOR')
      const config = Object.fromEntries((configEntries ?? []).map(({ name, value }) => [name, value]))
      const options = { topic, partitions: numPartitions === -1 ? 1 : numPartitions, config }
      if (validateOnly) broker.topics.prepare(options)
      else broker.topics.create(options)
    } catch (error) {
      if (!(error instanceof kafkajs.KafkaJSProtocolError)) throw error
      errors.push(new kafkajsErrors.KafkaJSCreateTopicError(error, topic))
    }
  }
  if (errors.length > 0) throw new kafkajsErrors.KafkaJSAggregateError('Topic creation errors', errors)
  return { throttleTime: 0, clientSideThrottleTime: 0, topicErrors: [] }
}

/** @throws UNKNOWN_TOPIC_OR_PARTITION */
export function deleteTopics(broker: Broker, topics: readonly string[]): object {
  for (const name of topics) {
    const logs = broker.topics.get(name)?.partitions ?? []
    broker.topics.delete(name)
    broker.offsets.deleteTopic(name)
    broker.fetches.wake(logs)
  }
  return { throttleTime: 0, clientSideThrottleTime: 0, topicErrors: [] }
}

/** @throws UNKNOWN_TOPIC_OR_PARTITION, INVALID_PARTITIONS when there would not be more than before */
export function createPartitions(
  broker: Broker,
  topicPartitions: readonly { topic: string; count: number }[],
  validateOnly: boolean,
): object {
  for (const { topic: name, count } of topicPartitions) {
    const topic = broker.topics.require(name, false)
    if (count <= topic.partitions.length) throw protocolError('INVALID_PARTITIONS')
    if (!validateOnly) broker.topics.extend(topic, count)
  }
  return { throttleTime: 0, clientSideThrottleTime: 0, topicErrors: [] }
}

/** Deletes records before an offset; -1 deletes all. @throws KafkaJSDeleteTopicRecordsError */
export function deleteRecords(
  broker: Broker,
  topics: readonly { topic: string; partitions: readonly { partition: number; offset: string }[] }[],
): object {
  for (const { topic, partitions } of topics) {
    const failed: { partition: number; offset: string; error: Error }[] = []
    for (const { partition, offset } of partitions) {
      const log = broker.topics.log(topic, partition)
      const before = Number(offset) === -1 ? log.high : Number(offset)
      if (before > log.high) failed.push({ partition, offset, error: protocolError('OFFSET_OUT_OF_RANGE') })
      else broker.retention.deleteBefore(log, before)
    }
    if (failed.length > 0) {
      throw new kafkajsErrors.KafkaJSDeleteTopicRecordsError({ topic, partitions: failed })
    }
  }
  return { throttleTime: 0, topics: [] }
}

/** Groups this node coordinates. */
export function listGroups(broker: Broker, nodeId: number): object {
  const names = new Set([...broker.groups.groups.map(({ id }) => id), ...broker.offsets.groups])
  const groups = [...names]
    .filter(groupId => broker.coordinatorOf(groupId) === nodeId)
    .map(groupId => ({ groupId, protocolType: protocolTypeOf(broker, groupId) }))
  return { throttleTime: 0, clientSideThrottleTime: 0, errorCode: 0, groups }
}

/** Nobody has been in a group that has its offsets from transactions only. */
function protocolTypeOf(broker: Broker, groupId: string): string {
  return broker.groups.get(groupId) === undefined ? '' : 'consumer'
}

/** A group nobody has heard of is Dead, as in Kafka. */
export function describeGroups(broker: Broker, groupIds: readonly string[]): object {
  const groups = groupIds.map(groupId => {
    const group = broker.groups.get(groupId)
    const state = group?.state ?? (broker.offsets.has(groupId) ? 'Empty' : 'Dead')
    return {
      errorCode: 0,
      groupId,
      state,
      protocolType: protocolTypeOf(broker, groupId),
      protocol: group?.protocol ?? '',
      members: [...(group?.members.values() ?? [])].map(member => ({
        memberId: member.id,
        clientId: member.link.options.clientId,
        clientHost: '/127.0.0.1',
        memberMetadata: metadataOf(member, group?.protocol ?? ''),
        memberAssignment: member.assignment,
      })),
    }
  })
  return { throttleTime: 0, clientSideThrottleTime: 0, groups }
}

/** Errors come with the results, one by one; KafkaJS makes one error of them. */
export function deleteGroups(broker: Broker, groupIds: readonly string[]): object {
  const results = groupIds.map(groupId => {
    try {
      broker.groups.delete(groupId)
      return { groupId, errorCode: 0 }
    } catch (error) {
      const { type } = error as { type?: string }
      return { groupId, errorCode: errorCode(type ?? 'UNKNOWN'), error }
    }
  })
  return { throttleTimeMs: 0, clientSideThrottleTime: 0, results }
}

interface ConfigResource {
  readonly type: number
  readonly name: string
}

/** @throws UNKNOWN_TOPIC_OR_PARTITION */
export function describeConfigs(
  broker: Broker,
  resources: readonly (ConfigResource & { configNames?: readonly string[] })[],
): object {
  return {
    throttleTime: 0,
    clientSideThrottleTime: 0,
    resources: resources.map(({ type, name, configNames }) => {
      const topic = topicResource(broker, { type, name })
      const names = configNames ?? [...new Set([...Object.keys(DEFAULT_CONFIG), ...topic.config.keys()])]
      return {
        errorCode: 0,
        errorMessage: null,
        resourceType: type,
        resourceName: name,
        configEntries: names.flatMap(configName => describeConfig(topic, configName)),
      }
    }),
  }
}

/** Sets the given entries and resets all others, as Kafka's AlterConfigs does. */
export function alterConfigs(
  broker: Broker,
  resources: readonly (ConfigResource & { configEntries: readonly ConfigEntry[] })[],
  validateOnly: boolean,
): object {
  for (const { type, name, configEntries } of resources) {
    const topic = topicResource(broker, { type, name })
    if (!validateOnly) broker.topics.configure(topic, configEntries)
  }
  return {
    throttleTime: 0,
    clientSideThrottleTime: 0,
    resources: resources.map(({ type, name }) => ({
      errorCode: 0,
      errorMessage: null,
      resourceType: type,
      resourceName: name,
    })),
  }
}

function topicResource(broker: Broker, { type, name }: ConfigResource): Topic {
  if (type !== kafkajs.ConfigResourceTypes.TOPIC) throw notSupported('configuration of anything but topics')
  return broker.topics.require(name, false)
}

function describeConfig(topic: Topic, configName: string): object[] {
  const own = topic.config.get(configName)
  const configValue = own ?? DEFAULT_CONFIG[configName]
  if (configValue === undefined) return []
  const { TOPIC_CONFIG, DEFAULT_CONFIG: BY_DEFAULT } = kafkajs.ConfigSource
  return [
    {
      configName,
      configValue,
      readOnly: false,
      isDefault: own === undefined,
      configSource: own === undefined ? BY_DEFAULT : TOPIC_CONFIG,
      isSensitive: false,
      configSynonyms: [],
    },
  ]
}
