import { expect, it } from 'vitest'
import { sayMoment, sayWindow } from './say-window.ts'

it('moments have no more digits than a glance can take in', () => {
  expect([0, 500, 12_345, 60_000, 125_000, 3_600_000, 97_200_000].map(sayMoment)).toEqual([
    '0 s',
    '0.5 s',
    '12.345 s',
    '1 min',
    '2 min 5 s',
    '1 h',
    '1 d 3 h',
  ])
})

it('a window is said with its row, its kind, its beginning and its length', () => {
  const fault = { kind: 'down', service: 'search', from: 500, for: 20_000 }
  expect(sayWindow(fault, true)).toBe('search: Down from 0.5 s for 20 s')
  expect(sayWindow({ kind: 'down', service: 'search', from: 0 }, true)).toBe(
    'search: Down from 0 s until everything is healed',
  )
  expect(sayWindow({ kind: 'crash', service: 'search', from: 500 }, false)).toBe('search: Crash at 0.5 s')
})
