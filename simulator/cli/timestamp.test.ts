import { expect, test } from 'vitest'
import { formatAgo, timestamp } from './timestamp.ts'

test('a timestamp sorts by time and is a file name', () => {
  expect(timestamp(new Date(2026, 0, 5, 9, 3, 7))).toBe('2026-01-05T09-03-07')
})

test.each([
  [0, 'just now'],
  [59_000, 'just now'],
  [60_000, '1 min ago'],
  [3_599_000, '59 min ago'],
  [3_600_000, '1 h ago'],
  [47 * 3_600_000, '47 h ago'],
  [48 * 3_600_000, '2 days ago'],
])('%i ms ago', (ms, expected) => {
  const now = Date.UTC(2026, 0, 5)
  expect(formatAgo(new Date(now - ms).toISOString(), now)).toBe(expected)
})

test('a moment that is none is not told', () => {
  expect(formatAgo('soon', 0)).toBe('-')
})
