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
      try {
        await handle(upcast(parseEvent(String(message.value))))
      } catch (error) {
        console.error('could not handle', String(message.key), error)
      }
    },
  })
}

export const mistake: Mistake = {
  outcome: 'lost',
  explanation: 'a message whose handling failed counts as handled, and nobody has it any more',
  hints: [
    'The bank refuses alice-1. Where is it a minute later?',
    'A handler that returns has, to KafkaJS, handled its message. A line in a log is not a message that somebody can bring back.',
    'Before you return, the message has to be somewhere else: in dead.<groupId>, confirmed by the broker. Throw when it is to be tried again.',
  ],
}
