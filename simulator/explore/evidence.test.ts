import { expect, test } from 'vitest'
import type { Evidence } from '#simulator/scenario/scenario.ts'
import { standstillOf } from './evidence.ts'

const messages: Evidence['messages'] = topic =>
  [0, 1, 2].map(offset => ({
    topic,
    partition: 0,
    offset,
    key: null,
    value: null,
    headers: {},
    timestamp: 0,
    label: '',
  }))
const behind = (...lags: [topic: string, messages: number][]) =>
  standstillOf(
    {
      messages,
      lag: () => lags.map(([topic, count]) => ({ topic, partition: 0, messages: count, ageMs: 0 })),
    },
    'inventory',
    ['orders', 'goods'],
  )

test('a group that has committed everything stands nowhere', () => {
  expect(behind(['orders', 0], ['goods', 0])).toBeUndefined()
})

test('one that is behind stands at the next offset it would read', () => {
  expect(behind(['orders', 1], ['goods', 0])).toBe('inventory stands still at offset 2 of orders/0')
})

test('one that never committed stands at the beginning', () => {
  expect(behind()).toBe('inventory stands still at offset 0 of orders/0 and offset 0 of goods/0')
})
