/**
 * Which partition a message goes to: KafkaJS's default partitioner, with the same outcome.
 *
 * Replaces kafkajs/src/producer/partitioners/default: its hash counts in big integers, and it draws 32 random bytes for every
 * topic, also where every message has a key.
 */
import type { ICustomPartitioner, PartitionerArgs } from 'kafkajs'

const SEED = 0x9747b28c
const MIX = 0x5bd1e995

/**
 * An explicit partition wins; then the key decides; messages without a key go round the partitions, from a random one on.
 * Producers have one each, as where the round begins is drawn from the process's chance.
 */
export const createPartitioner: ICustomPartitioner = () => {
  const counters = new Map<string, number>()
  return ({ topic, partitionMetadata, message }: PartitionerArgs): number => {
    const { key, partition } = message
    if (partition !== null && partition !== undefined) return partition
    if (key !== null && key !== undefined) return partitionOf(key, partitionMetadata.length)
    // KafkaJS would choose among partitions with a leader; here all have one.
    const count = counters.get(topic) ?? Math.floor(Math.random() * 2 ** 32)
    counters.set(topic, count + 1)
    return partitionMetadata[toPositive(count + 1) % partitionMetadata.length]!.partitionId
  }
}

/** Where a key's messages go. */
export function partitionOf(key: Buffer | string, partitions: number): number {
  return partitions === 1 ? 0 : toPositive(murmur2(key)) % partitions
}

/** A 32-bit hash, signed: MurmurHash2 as the Java client of Kafka computes it (org.apache.kafka.common.utils.Utils). */
export function murmur2(key: Buffer | string): number {
  const bytes = Buffer.isBuffer(key) ? key : Buffer.from(String(key))
  const { length } = bytes
  const whole = length & ~3
  let hash = SEED ^ length
  for (let index = 0; index < whole; index += 4) {
    let word = Math.imul(bytes.readInt32LE(index), MIX)
    word = Math.imul(word ^ (word >>> 24), MIX)
    hash = Math.imul(hash, MIX) ^ word
  }
  if (length > whole) {
    for (let index = length - 1; index >= whole; index--) hash ^= bytes[index]! << (8 * (index - whole))
    hash = Math.imul(hash, MIX)
  }
  hash = Math.imul(hash ^ (hash >>> 13), MIX)
  return hash ^ (hash >>> 15)
}

function toPositive(number: number): number {
  return number & 0x7fffffff
}
