import type { ConsumeOptions } from '#exercises/14-dead-letters/contract.ts'
import { PermanentError, TransientError } from '#exercises/14-dead-letters/errors.ts'
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
      if (!isTransient(error)) return park(letter, describe(error))
      parking.uncountAttempt(letter)
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

function isTransient(error: unknown): boolean {
  if (error instanceof TransientError) return true
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^SQLITE_(BUSY|LOCKED|FULL|IOERR|NOMEM)/.test(code)
}

export const mistake: Mistake = {
  outcome: 'stuck',
  explanation: 'an error that would have passed makes a dead letter of the message at its first attempt',
  hints: [
    'The bank answers 500 to the first two attempts, and takes the third. What did your consumer do after the first?',
    'Of an error that says nothing about itself you cannot know whether it will pass. A dead letter costs a person’s time, and parks its key until then.',
    'Only a PermanentError, or an unreadable message, is a dead letter at once. Any other error gets 3 to 6 attempts.',
  ],
}
