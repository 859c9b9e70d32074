import { z } from 'zod'
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
    if (parking.countAttempt(letter) > MAX_ATTEMPTS) return park(letter, `failed ${MAX_ATTEMPTS} times`)
    try {
      await handle(readEvent(letter.text))
    } catch (error) {
      if (isPermanent(error)) return park(letter, describe(error))
      if (isTransient(error)) parking.uncountAttempt(letter)
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

function isTransient(error: unknown): boolean {
  if (error instanceof TransientError) return true
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^SQLITE_(BUSY|LOCKED|FULL|IOERR|NOMEM)/.test(code)
}

export const mistake: Mistake = {
  outcome: 'reordered',
  explanation: 'while a message is among the dead letters, later ones of its key are handled without it',
  hints: [
    'alice-1 is a dead letter: the deposit. What does the bank make of alice-2, the withdrawal, that comes next?',
    'A dead letter comes back hours later. Whatever was handled of its key meanwhile was handled without it, and no later order puts that right.',
    'Remember in the database which messages are parked. A message whose key has one of them parked joins it in the dead letters, untried.',
  ],
}
