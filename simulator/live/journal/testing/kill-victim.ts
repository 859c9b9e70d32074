/**
 * A program that produces and consumes on a journal until it is killed, and prints what it was promised:
 *
 *     sent 17                 a batch of two messages was acknowledged
 *     committed 18            a transaction over two topics, with an offset, was committed
 *     aborted 19
 *     offset 0 12             a consumer's commit in a partition was acknowledged
 *
 * Arguments: the journal's file, and the first number to use. If nobody kills it, it ends by itself.
 */
import { writeSync } from 'node:fs'
import type { Consumer } from 'kafkajs'
import { createCluster } from '#simulator/kafka/cluster.ts'
import { openJournal } from '../sqlite-journal.ts'

const LIFETIME_MS = 60_000

const [file = '', first = '0'] = process.argv.slice(2)
/** Written at once: a line that is printed is with the parent, even if the next thing is the kill. */
const print = (line: string) => writeSync(1, `${line}\n`)

const cluster = createCluster({
  topics: [{ topic: 'plain', partitions: 2 }, { topic: 'left' }, { topic: 'right' }],
  journal: openJournal(file),
})
const kafka = new cluster.Kafka({ clientId: 'victim', logLevel: 0 })
let number = Number(first)

const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
await producer.connect()
// A transaction that follows at once is refused as long as the last one is ending, and KafkaJS waits before it tries again.
const relay = kafka.producer({
  transactionalId: 'relay',
  idempotent: true,
  maxInFlightRequests: 1,
  retry: { initialRetryTime: 3 },
})
await relay.connect()
const consumer: Consumer = kafka.consumer({ groupId: 'readers' })
await consumer.connect()
await consumer.subscribe({ topics: ['plain'], fromBeginning: true })
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    const offset = String(Number(message.offset) + 1)
    await consumer.commitOffsets([{ topic, partition, offset }])
    print(`offset ${partition} ${offset}`)
  },
})
setTimeout(() => process.exit(1), LIFETIME_MS)
await Promise.all([send(), transact()])

async function send(): Promise<never> {
  for (;;) {
    const value = String(number++)
    await producer.send({
      topic: 'plain',
      messages: [
        { value, partition: 0 },
        { value, partition: 1 },
      ],
    })
    print(`sent ${value}`)
  }
}

async function transact(): Promise<never> {
  for (;;) {
    const value = String(number++)
    const transaction = await relay.transaction()
    await transaction.send({ topic: 'left', messages: [{ value }] })
    await transaction.send({ topic: 'right', messages: [{ value }] })
    if (Number(value) % 5 === 0) {
      await transaction.abort()
      print(`aborted ${value}`)
      continue
    }
    const offsets = [{ partition: 0, offset: value }]
    await transaction.sendOffsets({
      consumerGroupId: 'writers',
      topics: [{ topic: 'plain', partitions: offsets }],
    })
    await transaction.commit()
    print(`committed ${value}`)
  }
}
