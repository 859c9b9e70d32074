import type { ConsumeOptions } from '#exercises/14-dead-letters/contract.ts'
import type { Mistake } from '#simulator/explore/check.ts'
import type { Host } from '#simulator/service.ts'
import { parseEvent } from '#work/02-event-envelope/envelope.ts'
import { upcast } from '#work/08-schema-evolution/upcast.ts'

export async function consume({ kafka }: Host, { groupId, topics, handle }: ConsumeOptions): Promise<void> {
  const consumer = kafka.consumer({ groupId })
  await consumer.connect()
  await consumer.subscribe({ topics: [...topics, `retry.${groupId}`], fromBeginning: true })

  await consumer.run({
    eachMessage: async ({ message }) => {
      await handle(upcast(parseEvent(String(message.value))))
    },
  })
}

export const mistake: Mistake = {
  outcome: 'stuck',
  explanation: 'a message that fails is tried for ever, and everything behind it in its partition waits',
  hints: [
    'The bank refuses alice-1, today and tomorrow. When does bob-1 get its turn?',
    'To KafkaJS a handler that throws says: try this one again. After its retries it restarts the consumer, at the same message; and after a TypeError it does not even do that.',
    'Catch what the handler throws. When trying again cannot help, or has not helped a few times, send the message to dead.<groupId> and return.',
  ],
}
