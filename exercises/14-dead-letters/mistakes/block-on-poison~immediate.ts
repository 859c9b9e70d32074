import type { ConsumeOptions } from '#exercises/14-dead-letters/contract.ts'
import type { Host } from '#simulator/service.ts'
import { parseEvent } from '#work/02-event-envelope/envelope.ts'
import { upcast } from '#work/08-schema-evolution/upcast.ts'

export async function consume({ kafka }: Host, { groupId, topics, handle }: ConsumeOptions): Promise<void> {
  const consumer = kafka.consumer({ groupId })
  await consumer.connect()
  await consumer.subscribe({ topics: [...topics, `retry.${groupId}`], fromBeginning: true })

  await consumer.run({
    eachMessage: async ({ topic, partition, message }) => {
      try {
        await handle(upcast(parseEvent(String(message.value))))
      } catch {
        await new Promise(resolve => setTimeout(resolve, 500))
        consumer.seek({ topic, partition, offset: message.offset })
      }
    },
  })
}
