import { z } from 'zod'
import type { ConsumeOptions } from '#exercises/14-dead-letters/contract.ts'
import { PermanentError } from '#exercises/14-dead-letters/errors.ts'
import { describe, type Letter, letterFrom, toDeadLetter } from '#exercises/14-dead-letters/letter.ts'
import type { Mistake } from '#simulator/explore/check.ts'
import type { Host } from '#simulator/service.ts'
import { type Envelope, parseEvent } from '#work/02-event-envelope/envelope.ts'
import { upcast } from '#work/08-schema-evolution/upcast.ts'
import { createParking } from '#work/14-dead-letters/parking.ts'

const MAX_ATTEMPTS = 5

export async function consume(host: Host, { groupId, topics, handle }: ConsumeOptions): Promise<void> {
  const { kafka, db } = host
  const parking = createParking(db)
  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId })
  await producer.connect()
  await consumer.connect()
  await consumer.subscribe({ topics: [...topics, `retry.${groupId}`], fromBeginning: true })

  async function park(letter: Letter, reason: string) {
    parking.add(letter)
    await producer.send({ topic: `dead.${groupId}`, messages: [toDeadLetter(letter, reason)] })
  }

  async function receive(letter: Letter) {
    if (!letter.isRedriven && parking.isParked(letter)) return park(letter, 'its key is parked')
    if (parking.countAttempt(letter) > MAX_ATTEMPTS) return park(letter, `failed ${MAX_ATTEMPTS} times`)
    try {
      await handle(readEvent(letter.text))
    } catch (error) {
      if (isPermanent(error)) return park(letter, describe(error))
      throw new Error(describe(error), { cause: error })
    }
    parking.release(letter)
  }

  await consumer.run({
    eachMessage: ({ topic, partition, message }) => receive(letterFrom(topic, partition, message)),
  })
}

function readEvent(text: string): Envelope {
  try {
    return upcast(parseEvent(text))
  } catch (error) {
    throw new PermanentError(`unreadable: ${describe(error)}`)
  }
}

function isPermanent(error: unknown): boolean {
  return error instanceof PermanentError || error instanceof z.ZodError
}

export const mistake: Mistake = {
  outcome: 'stuck',
  explanation: 'what fails while somebody else is down becomes a dead letter as if the message were to blame',
  hints: [
    'The bank is down for five minutes. Which messages are among the dead letters afterwards, and what is wrong with them?',
    'A TransientError says that the message is not to blame. The next one will meet the same closed door: after an hour they are all dead letters, and a person has to bring back each.',
    'Do not count an attempt that ended with a TransientError. Throw, so that KafkaJS waits and tries again for as long as it takes; the partition may stand still meanwhile.',
  ],
}
