/**
 * Shorter ways to the same results inside KafkaJS 2.2.4, for what it works out anew in every fetch and for every message.
 *
 * An explorer runs a consumer thousands of times a second, and each of these took a few per cent of that. Every shortcut
 * covers the case in which nothing is special, and calls KafkaJS's own method otherwise.
 */
import ConsumerGroup, { type ConsumerGroupInternals } from 'kafkajs/src/consumer/consumerGroup.js'
import SeekOffsets from 'kafkajs/src/consumer/seekOffsets.js'
import Long from 'kafkajs/src/utils/long.js'

const group = ConsumerGroup.prototype
const { checkForStaleAssignment, filterPartitionsByNode } = group
const { has } = SeekOffsets.prototype
const { fromString } = Long

/** Original: collects and sorts the partitions of every topic to see whether there is one the consumer did not know. */
group.checkForStaleAssignment = function (this: ConsumerGroupInternals) {
  const known = this.partitionsPerSubscribedTopic
  if (!known) return
  for (const topic of this.topicsSubscribed) {
    const partitions = known.get(topic)
    for (const { partitionId } of this.cluster.findTopicPartitionMetadata(topic)) {
      if (partitions?.includes(partitionId) !== true) return checkForStaleAssignment.call(this)
    }
  }
}

/** Original: builds an object for each partition to group a topic's partitions by node, and then takes one of the groups. */
group.filterPartitionsByNode = function (this: ConsumerGroupInternals, nodeId, topicPartitions) {
  for (const { topic, partitions } of topicPartitions) {
    for (const _ in this.preferredReadReplicasPerTopicPartition[topic]) {
      return filterPartitionsByNode.call(this, nodeId, topicPartitions)
    }
    const described = this.cluster.findTopicPartitionMetadata(topic)
    for (const partition of partitions) {
      const leader = described.find(({ partitionId }) => partitionId === partition)?.leader
      if (String(leader) !== String(nodeId)) return filterPartitionsByNode.call(this, nodeId, topicPartitions)
    }
  }
  return topicPartitions.map(({ topic, partitions }) => ({ topic, partitions: [...partitions] }))
}

/** Original: looks for a key that it makes with JSON.stringify, for each message; seldom has anybody called `seek`. */
SeekOffsets.prototype.has = function (topic, partition) {
  return this.size > 0 && has.call(this, topic, partition)
}

/** Original: parses; offsets are short, few and the same in every run. Nothing ever changes a Long. */
Long.fromString = function (text) {
  if (text.length > MAX_REMEMBERED_LENGTH) return fromString.call(this, text)
  let long = remembered.get(text)
  if (long === undefined) {
    long = fromString.call(this, text)
    if (remembered.size < MAX_REMEMBERED) remembered.set(text, long)
  }
  return long
}

const remembered = new Map<string, ReturnType<typeof fromString>>()
const MAX_REMEMBERED = 10_000
const MAX_REMEMBERED_LENGTH = 6
