import { describe, expect, test } from 'vitest'
import { CATALOGUE } from '#simulator/faults/catalogue.ts'
import { parseFault } from '#simulator/faults/plan.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import { sayDuration, sayFault, sayPlan } from './say-plan.ts'

const SERVICES = ['inventory', 'orders', 'payments', 'relay', 'search']
const TARGETS = { services: SERVICES, parties: ['psp'], topics: ['order.events'] }

function read(text: string): Fault {
  return parseFault(text, 'a test', TARGETS)
}

const MESSAGE = 'inventory/deliver order-1/OrderPlaced'

describe('a fault in words', () => {
  test.each([
    [`duplicate:${MESSAGE}`, 'The message OrderPlaced of order-1 is delivered to inventory twice, at once.'],
    [
      `duplicate:${MESSAGE}?when=concurrently`,
      'The message OrderPlaced of order-1 is delivered to inventory twice, and both deliveries are handled at the same time.',
    ],
    [
      `duplicate:${MESSAGE}?when=after-restart`,
      'The message OrderPlaced of order-1 is delivered to inventory again after a restart: inventory dies when it is through with it, before the offset is committed.',
    ],
    [
      `duplicate:${MESSAGE}?when=later`,
      'The message OrderPlaced of order-1 is delivered to inventory again a day later.',
    ],
    [
      `duplicate:${MESSAGE}?when=other-owner`,
      'The message OrderPlaced of order-1 is delivered to inventory again after a rebalance: its group takes inventory for dead before the offset is committed.',
    ],
    [
      `duplicate:${MESSAGE}#2`,
      'The second time OrderPlaced of order-1 is delivered to inventory, it comes twice, at once.',
    ],
    [
      'crash:inventory/insert weekly_sales order-1/OrderPlaced',
      'inventory crashes right after `insert weekly_sales`, while it handles OrderPlaced of order-1; a supervisor starts it again.',
    ],
    [
      'crash:inventory/insert weekly_sales order-1/OrderPlaced#3?when=before&for=5s',
      'inventory crashes right before its 3rd `insert weekly_sales`, while it handles OrderPlaced of order-1; a supervisor starts it again after 5 s.',
    ],
    [
      'crash:inventory/create stock',
      'inventory crashes right after `create stock`, while it starts; a supervisor starts it again.',
    ],
    [
      'crash:inventory/send order-1/StockReserved',
      'inventory crashes right after Kafka has stored StockReserved of order-1, before it learns of that; a supervisor starts it again.',
    ],
    [
      'crash:inventory/commit-offsets order.events/0@2?when=before',
      'inventory crashes right before it commits offset 2 of order.events; a supervisor starts it again.',
    ],
    [
      'error:inventory/insert stock order-1/OrderPlaced?times=3',
      'The statement `insert stock` fails 3 times in a row with SQLITE_BUSY, while inventory handles OrderPlaced of order-1.',
    ],
    [
      'error:inventory/send order-1/StockReserved?times=10',
      'Sending StockReserved of order-1 fails 10 times in a row: Kafka does not take it, and inventory is told so.',
    ],
    [
      'ack-lost:inventory/send order-1/StockReserved',
      'Kafka stores StockReserved of order-1, but inventory never gets the acknowledgement.',
    ],
    [
      `pause:${MESSAGE}`,
      'inventory freezes for a minute while it handles OrderPlaced of order-1, and then goes on as if nothing had happened.',
    ],
    ['down:inventory@103ms+60s', 'inventory is down for a minute, from 0.103 s on.'],
    ['down:psp', 'psp is down all the time.'],
    [
      'slow:inventory@0s+60s?by=40s',
      'inventory takes 40 s longer over everything for a minute, from the start on.',
    ],
    ['broker-down@10s', 'Kafka cannot be reached from 10 s on.'],
    ['hold:payments=0.1?by=2s', '10 % of what payments sends or is sent, chosen at random, comes 2 s late.'],
  ])('%s', (text, sentence) => {
    expect(sayFault(read(text))).toBe(sentence)
  })

  test.each(CATALOGUE.flatMap(({ examples }) => examples))('says %s without naming its site', text => {
    const sentence = sayFault(read(text))
    expect(sentence).toMatch(/^[a-zA-Z0-9].*[^.]\.$/)
    expect(sentence).not.toMatch(/undefined|the fault |#\d|\/(?!orders)/)
  })

  test('of every form there is has words of its own', () => {
    for (const { kind, forms } of CATALOGUE) {
      const fault = { kind, service: 'inventory', by: 1000 }
      if (forms.site !== undefined) expect(sayFault({ ...fault, at: MESSAGE })).not.toContain('the fault')
      if (forms.window !== undefined) expect(sayFault({ ...fault, from: 5 })).not.toMatch(/^The fault/i)
      if (forms.rate !== undefined) expect(sayFault({ ...fault, rate: 0.2 })).toContain('20 %')
    }
  })
})

describe('a plan in words', () => {
  test('without faults is the run without a fault', () => {
    expect(sayPlan({ faults: [] })).toBe('Nothing goes wrong at all: this is the run without a fault.')
  })

  test('joins two faults, and counts more', () => {
    const faults = ['crash:relay/send order-7/OrderPlaced', 'down:search@10s+30s', 'old-data:orders'].map(
      read,
    )
    expect(sayPlan({ faults: faults.slice(0, 2) })).toBe(
      'relay crashes right after Kafka has stored OrderPlaced of order-7, before it learns of that, and a supervisor starts it again; and search is down for 30 s, from 10 s on.',
    )
    expect(sayPlan({ faults })).toMatch(
      /^Three things go wrong: relay crashes .*; search is down .*; and the database of orders /,
    )
  })
})

test.each([
  [500, '500 ms'],
  [1500, '1.5 s'],
  [40_000, '40 s'],
  [60_000, 'a minute'],
  [7_200_000, '2 hours'],
  [86_400_000, 'a day'],
])('%i ms is said %s', (ms, words) => {
  expect(sayDuration(ms)).toBe(words)
})
