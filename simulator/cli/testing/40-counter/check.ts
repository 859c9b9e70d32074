/**
 * A small exercise for the tests of the commands: an order is counted once, however often it is delivered.
 */
import { defineCheck } from '#simulator/explore/check.ts'
import { rowsOf } from '#simulator/explore/evidence.ts'
import { crash, duplicate } from '#simulator/explore/families.ts'
import { compareTally } from '#simulator/explore/tally.ts'
import type { Service } from '#simulator/service.ts'

export default defineCheck({
  exercise: '40-counter',
  goal: 'Every order is counted once.',
  slot: {
    file: 'counter.ts',
    exports: [{ name: 'counter', type: 'function', shape: 'an async function that takes the host.' }],
  },
  scenario: load => ({
    name: '40-counter',
    topics: [{ topic: 'order.events', partitions: 1 }],
    services: [{ name: 'counter', service: host => (load().counter as Service)(host) }],
    parties: {},
    async workload({ publish }) {
      publish('order.events', [
        { key: 'order-1', value: JSON.stringify({ id: 'event-1', type: 'OrderPlaced' }) },
      ])
    },
    guarantees: [
      {
        name: 'counted-once',
        promise: 'Every order is counted once.',
        kind: 'eventually',
        judge(evidence) {
          const rows = rowsOf<{ orders: number }>(evidence, 'counter', 'counted', ['orders'])
          const actual = new Map([['the count', rows[0]?.orders ?? 0]])
          return compareTally({
            actual,
            contributions: [{ cell: 'the count', amount: 1, source: 'order-1' }],
          })
        },
      },
    ],
  }),
  families: [duplicate('counter', 'at-once'), duplicate('counter', 'after-restart'), crash('counter')],
})
