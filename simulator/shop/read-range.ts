/**
 * Reads a range of one partition, as an operator's tool does: with a consumer group of its own that commits nothing.
 */
import type { KafkaMessage } from 'kafkajs'
import type { KafkaClient } from '#simulator/service.ts'

/** Resolves to the messages from offset `from` to before `to`, without those that retention has deleted. */
export async function readRange(
  kafka: KafkaClient,
  topic: string,
  partition: number,
  from: number,
  to: number,
): Promise<KafkaMessage[]> {
  const consumer = kafka.consumer({ groupId: `read-range-${crypto.randomUUID()}`, maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  const messages = new Map<string, KafkaMessage>()
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        autoCommit: false,
        async eachBatch({ batch }) {
          if (batch.partition !== partition) return
          for (const message of batch.messages) {
            const offset = Number(message.offset)
            if (offset >= from && offset < to) messages.set(message.offset, message)
          }
          if (Number(batch.lastOffset()) >= to - 1) resolve()
        },
      })
      .catch(reject)
    consumer.seek({ topic, partition, offset: String(from) })
  })
  await consumer.disconnect()
  return [...messages.values()]
}
