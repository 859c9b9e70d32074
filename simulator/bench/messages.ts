/**
 * Messages per second produced and consumed through the cluster by KafkaJS's own clients, one at a time and in batches.
 */
import { createCluster } from '#simulator/kafka/cluster.ts'
import { createWorld } from '#simulator/world/world.ts'
import type { Variant } from './compare.ts'

const MESSAGES = 5000

/** The floor: the same messages handed over in an array, through nothing at all. */
function handOver(): number {
  const log: { key: string; value: Buffer }[] = []
  for (let index = 0; index < MESSAGES; index++)
    log.push({ key: `key-${index % 50}`, value: Buffer.from(payload(index)) })
  let bytes = 0
  for (const { value } of log) bytes += JSON.parse(value.toString()).index >= 0 ? value.length : 0
  if (bytes === 0) throw new Error('nothing was handed over')
  return MESSAGES
}

async function throughCluster(batchSize: number): Promise<number> {
  const world = createWorld({ seed: 1 })
  const cluster = createCluster({ runtime: world.runtime, topics: [{ topic: 'events', partitions: 3 }] })
  let consumed = 0
  await world.enter(async () => {
    world.spawn({
      name: 'producer',
      start: async () => {
        const producer = new cluster.Kafka({ clientId: 'producer' }).producer()
        await producer.connect()
        for (let index = 0; index < MESSAGES; index += batchSize) {
          await producer.send({
            topic: 'events',
            messages: Array.from({ length: batchSize }, (_, offset) => ({
              key: `key-${(index + offset) % 50}`,
              value: payload(index + offset),
            })),
          })
        }
      },
    })
    world.spawn({
      name: 'consumer',
      start: async () => {
        const consumer = new cluster.Kafka({ clientId: 'consumer' }).consumer({ groupId: 'consumer' })
        await consumer.connect()
        await consumer.subscribe({ topics: ['events'], fromBeginning: true })
        await consumer.run({
          eachMessage: async ({ message }) => {
            if (JSON.parse(message.value!.toString()).index >= 0) consumed++
          },
        })
      },
    })
    await world.settle()
  })
  if (consumed !== MESSAGES) throw new Error(`consumed ${consumed} of ${MESSAGES}`)
  return MESSAGES
}

function payload(index: number): string {
  return JSON.stringify({
    id: `event-${index}`,
    type: 'OrderPlaced',
    version: 1,
    index,
    data: { quantity: 3 },
  })
}

export const messages: readonly Variant[] = [
  { name: 'an array, no broker', work: handOver },
  { name: 'cluster, one message a send', work: () => throughCluster(1) },
  { name: 'cluster, 100 messages a send', work: () => throughCluster(100) },
]
