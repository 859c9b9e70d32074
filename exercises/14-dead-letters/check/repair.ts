/**
 * What the operator does once everything is healed: mends the cause and brings the dead letters back.
 */
import type { OperatorHost } from '#simulator/scenario/scenario.ts'
import { MESSAGES, TRANSFERS } from './accounts.ts'
import type { Diary } from './diary.ts'

/** A letter that has come back more often than this is given up. */
export const MOST_REDRIVES = 5

/**
 * Mends everything and brings the dead letters back, one a second. A new transfer comes when the first of them is on its way,
 * and the last one when all is done.
 */
export async function repair({ kafka }: OperatorHost, publish: () => void, diary: Diary): Promise<void> {
  diary.bookedBeforeRepair = diary.booked.length
  if (!diary.hasSent) return
  let whenDone: ReturnType<typeof setTimeout> | undefined
  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId: 'operator' })
  await producer.connect()
  await consumer.connect()
  await consumer.subscribe({ topics: ['dead.accounts'], fromBeginning: true })
  await consumer.run({
    async eachMessage({ message }) {
      const index = originOf(message.headers ?? {})
      if (diary.redrives.add(TRANSFERS[index]?.id ?? '') > MOST_REDRIVES) return
      const { key, value, headers } = MESSAGES[index] ?? message
      const origin = Object.fromEntries(ORIGIN.map(name => [name, message.headers?.[name]]))
      await producer.send({
        topic: 'retry.accounts',
        messages: [{ key, value, headers: { ...headers, ...origin, type: 'Redriven' } }],
      })
      if (whenDone === undefined) setTimeout(publish, 500)
      clearTimeout(whenDone)
      if (diary.published < MESSAGES.length) whenDone = setTimeout(publish, 10_000)
      await new Promise(resolve => setTimeout(resolve, 1_000))
    },
  })
}

export const ORIGIN = ['origin-topic', 'origin-partition', 'origin-offset']

/** @returns the place in the list that a dead letter says it comes from; -1 when it says none that there is */
export function originOf(headers: Readonly<Record<string, unknown>>): number {
  const [topic, partition, offset = ''] = ORIGIN.map(name => String(headers[name] ?? ''))
  const isThere = topic === 'account.events' && partition === '0' && /^\d+$/.test(offset)
  return isThere && TRANSFERS[Number(offset)] !== undefined ? Number(offset) : -1
}
