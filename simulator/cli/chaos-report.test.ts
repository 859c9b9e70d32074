import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import type { ChaosResult } from '#simulator/live/chaos/chaos-run.ts'
import { createSchedule } from '#simulator/live/chaos/schedule.ts'
import { SERVICE_NAMES } from '#simulator/shop/targets.ts'
import { type ChaosRun, formatPlan, formatResult } from './chaos-report.ts'

const run: ChaosRun = {
  orders: 2_000,
  everyMs: 150,
  kills: 4,
  brokerKills: 1,
  seed: 77,
  work: 'solutions',
}

const good: ChaosResult = {
  holds: true,
  violations: [],
  cameToRest: true,
  messages: 12_003,
  tookMs: 300_000,
  summary: {
    orders: { accepted: 2_000, confirmed: 1_200, cancelled: 800, open: 0, lost: 0 },
    units: 3_000,
    revenueCents: 5_000,
    events: 12_000,
    money: { charged: 1_600, chargedCents: 123_456, chargedAgain: 0, refunded: 400, refundedAgain: 0 },
    mail: { sent: 1_600, sentAgain: 0, missing: 0 },
    stock: { negative: 0 },
    readModels: [{ model: 'stock', rows: 8, wrongRows: 0, worstRows: 3, longestWrongMs: 10 }],
    lag: [
      { group: 'search', worstMessages: 7, worstAgeMs: 20 },
      { group: 'payments', worstMessages: 900, worstAgeMs: 31_000 },
    ],
  },
  guarantees: ['accepted-orders-kept', 'charged-at-most-once'],
  kills: [
    { service: 'payments', killedAtMs: 1, wasReady: true, wasAtWork: false },
    { service: 'payments', killedAtMs: 2, wasReady: false, wasAtWork: false },
    { service: 'catalog', killedAtMs: 3, wasReady: true, wasAtWork: true },
  ],
  brokerKills: [{ atMs: 1, downMs: 1_000, killedAtMs: 1, goneMs: 9_500 }],
  unplanned: [{ service: 'orders', code: 'broker-unreachable', sentence: '' }],
  allReady: true,
  recoveryMs: 4_200,
}
const textOf = (result: ChaosResult) => stripVTControlCharacters(formatResult(run, result, 333_000))

test('the plan shows the seed, every kill and every outage of the broker', () => {
  const schedule = createSchedule({ ...run, services: SERVICE_NAMES, workloadMs: run.orders * run.everyMs })
  const text = stripVTControlCharacters(formatPlan(run, schedule, 'Apache Kafka at 127.0.0.1:29500'))
  expect(text).toMatch(/Seed +77/)
  for (const { service } of schedule.kills) expect(text).toContain(service)
  expect(text.match(/the broker/g)).toHaveLength(2)
  expect(text.match(/after it works again/g)).toHaveLength(2)
})

test('a good run is told with its numbers and how to have it again', () => {
  const text = textOf(good)
  expect(text).toContain('3: catalog 1, payments 2 (1 at work, 1 before it was ready again)')
  expect(text).toContain('killed 1 time, gone for up to 9.5 s')
  expect(text).toContain('1 found no broker at their start (orders 1)')
  expect(text).toContain('payments 31.0 s · 900 messages')
  expect(text).toContain('✓ accepted-orders-kept, charged-at-most-once')
  expect(text).toContain('Nothing accepted was lost')
  expect(text).toContain('--orders 2000 --every-ms 150 --kills 4 --broker-kills 1 --seed 77')
})

test('a broken guarantee is told with a few of its violations, and the count of the rest', () => {
  const violations = [1, 2, 3, 4, 5].map(number => ({
    guarantee: 'charged-at-most-once',
    promise: '',
    outcome: 'doubled' as const,
    message: `order-${number} was charged 2 times`,
  }))
  const text = textOf({ ...good, holds: false, violations })
  expect(text).toContain('✓ accepted-orders-kept\n')
  expect(text).toContain('✗ charged-at-most-once')
  expect(text).toContain('order-3 was charged 2 times')
  expect(text).not.toContain('order-4 was charged 2 times')
  expect(text).toContain('and 2 more of the kind')
  expect(text).toContain('✗ 1 guarantee broken.')
  expect(text).not.toContain('Nothing accepted was lost')
})

test('a run that did not end as it should says why, though no guarantee is broken', () => {
  expect(textOf({ ...good, holds: false, cameToRest: false })).toContain('when patience ended')
  expect(textOf({ ...good, holds: false, allReady: false })).toContain('became ready again')
  const orders = { ...good.summary.orders, accepted: 1_999 }
  const text = textOf({ ...good, holds: false, summary: { ...good.summary, orders } })
  expect(text).toContain('Only 1,999 of 2,000 orders were accepted.')
})
