import { expect, test } from 'vitest'
import { compareTally } from './tally.ts'

const contributions = [
  { cell: 'stock of chai', amount: 24, source: 'goods-1' },
  { cell: 'stock of chai', amount: -2, source: 'order-1' },
  { cell: 'stock of chai', amount: -3, source: 'order-2' },
]
const compare = (units: number | undefined, stuckAt?: string) =>
  compareTally({
    actual: new Map(units === undefined ? [] : [['stock of chai', units]]),
    contributions,
    stuckAt: () => stuckAt,
  })

test('says nothing of a right sum', () => {
  expect(compare(19)).toEqual([])
})

test('says which event was counted twice', () => {
  expect(compare(17)).toEqual([
    {
      outcome: 'doubled',
      message: 'stock of chai is 17 instead of 19: order-1 was counted 2 times',
      subjects: ['order-1'],
    },
  ])
})

test('says which was not counted', () => {
  expect(compare(22)).toMatchObject([{ outcome: 'lost', subjects: ['order-2'] }])
})

test('chooses the explanation that departs least from once each', () => {
  // Order 2 twice, and not order 1 three times and goods 1 once less.
  expect(compare(16)).toMatchObject([{ outcome: 'doubled', subjects: ['order-2'] }])
})

test('takes a missing cell for zero, and a standstill for what it is', () => {
  expect(compare(undefined)).toMatchObject([{ outcome: 'lost' }])
  expect(compare(24, 'inventory stands still at offset 0 of order.events/0')).toMatchObject([
    {
      outcome: 'stuck',
      message: 'stock of chai is 24 instead of 19: inventory stands still at offset 0 of order.events/0',
    },
  ])
})

test('a sum that no counting explains is corrupt, as is one of both kinds, and a cell that should not be', () => {
  expect(compare(1000)).toMatchObject([
    { outcome: 'corrupt', message: 'stock of chai is 1000 instead of 19' },
  ])
  expect(compare(20)).toMatchObject([{ outcome: 'corrupt' }])
  const strange = compareTally({ actual: new Map([['stock of tea', 3]]), contributions: [] })
  expect(strange).toMatchObject([{ outcome: 'corrupt', message: 'stock of tea is 3 instead of 0' }])
})

test('names all that a sum cannot tell apart', () => {
  const twins = ['goods-1', 'goods-2'].map(source => ({ cell: 'stock of chai', amount: 24, source }))
  const tally = (units: number) =>
    compareTally({ actual: new Map([['stock of chai', units]]), contributions: twins })
  expect(tally(72)).toEqual([
    {
      outcome: 'doubled',
      message: 'stock of chai is 72 instead of 48: goods-1 or goods-2 was counted 2 times',
      subjects: ['goods-1', 'goods-2'],
    },
  ])
  expect(tally(96)).toMatchObject([
    {
      message: 'stock of chai is 96 instead of 48: goods-1 was counted 2 times, goods-2 was counted 2 times',
    },
  ])
})

test('refuses two rows for one cell, even if their sum is right', () => {
  const actual = [
    ['stock of chai', 24],
    ['stock of chai', -5],
  ] as const
  expect(compareTally({ actual, contributions })).toMatchObject([
    { outcome: 'corrupt', message: 'stock of chai is in 2 rows: 24, -5' },
  ])
})
