/**
 * A consumer that neither loses a message nor lets one bad message stop all others.
 *
 * Permanent failure (nobody can read it, the far side refuses it): dead letter at once.
 * Transient failure (somebody is down, slow or busy): thrown to KafkaJS, which tries again for as long as it takes.
 * That stops the partition, and rightly so: the next message would meet the same closed door.
 * Anything else (a bug, perhaps in one message only): dead letter after a number of attempts. The count is in the
 * database, before the attempt, because the message may take the whole process down.
 *
 * While a message of a key is a dead letter, later ones of that key join it there, and come back with it, in order.
 */
import { z } from 'zod'
import type { ConsumeOptions } from '#exercises/14-dead-letters/contract.ts'
import { PermanentError, TransientError } from '#exercises/14-dead-letters/errors.ts'
import { describe, type Letter, letterFrom, toDeadLetter } from '#exercises/14-dead-letters/letter.ts'
import type { Host } from '#simulator/service.ts'
import { type Envelope, parseEvent } from '#work/02-event-envelope/envelope.ts'
import { upcast } from '#work/08-schema-evolution/upcast.ts'
import { createParking } from './parking.ts'

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
    // Only when the broker has confirmed it may the offset move on; if this fails, the message simply comes again.
    await producer.send({ topic: `dead.${groupId}`, messages: [toDeadLetter(letter, reason)] })
  }

  async function receive(letter: Letter) {
    if (!letter.isRedriven && parking.isParked(letter)) return park(letter, 'its key is parked')
    if (parking.countAttempt(letter) > MAX_ATTEMPTS) return park(letter, `failed ${MAX_ATTEMPTS} times`)
    try {
      await handle(readEvent(letter.text))
    } catch (error) {
      if (isPermanent(error)) return park(letter, describe(error))
      if (isTransient(error)) parking.uncountAttempt(letter)
      // KafkaJS gives up for good on a TypeError and its like, which it takes for bugs: wrapped, it tries again.
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

/** Also data that is not what the handler's schema says: it will not change. */
function isPermanent(error: unknown): boolean {
  return error instanceof PermanentError || error instanceof z.ZodError
}

/** Besides what the handler itself says: a database that is locked, full or on a failing disk. */
function isTransient(error: unknown): boolean {
  if (error instanceof TransientError) return true
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^SQLITE_(BUSY|LOCKED|FULL|IOERR|NOMEM)/.test(code)
}
