/**
 * The Kafka contract, entered by a real broker through KafkaJS as it is installed.
 */
import '#simulator/kafka/production-retries.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { inject, vi } from 'vitest'
import { kafkaContract } from '#simulator/kafka/contract/contract.ts'

vi.setConfig({ maxConcurrency: 20 })
const broker = inject('broker')
/** The broker may be one that other runs have used before. */
const run = Date.now().toString(36)
let names = 0

kafkaContract({
  name: 'a real broker',
  kind: 'realBroker',
  concurrent: true,
  run: body =>
    body({
      kafka: clientId => new Kafka({ clientId, brokers: [broker], logLevel: logLevel.NOTHING }),
      sleep: async delayMs => void (await sleep(delayMs)),
      until: async (what, condition) => {
        const deadline = Date.now() + 60_000
        while (!(await condition())) {
          if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`)
          await sleep(20)
        }
      },
      unique: () => `${run}-${++names}`,
    }),
})
