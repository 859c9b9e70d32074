import { expect, test } from 'vitest'
import { createDisplayTime, FOLDED_MS } from './display-time.ts'

const at = (...times: number[]) => times.map(t => ({ t }))

test('a run without idle gaps is shown as it was', () => {
  const time = createDisplayTime(at(0, 100, 1200))
  expect(time.folds).toEqual([])
  expect(time.durationMs).toBe(1200)
  expect([0, 70, 1200].map(time.toDisplay)).toEqual([0, 70, 1200])
  expect([0, 70, 1200].map(time.toVirtual)).toEqual([0, 70, 1200])
})

test('a gap of a day is as short as one of two seconds', () => {
  const DAY_MS = 86_400_000
  const time = createDisplayTime(at(0, 1000, 3000, 3400, 3400 + DAY_MS, 3700 + DAY_MS))
  expect(time.folds).toEqual([
    { fromMs: 1000, toMs: 3000, atDisplay: 1000 },
    { fromMs: 3400, toMs: 3400 + DAY_MS, atDisplay: 1400 + FOLDED_MS },
  ])
  expect(time.toDisplay(3000)).toBe(1000 + FOLDED_MS)
  expect(time.toDisplay(3400 + DAY_MS)).toBe(1400 + 2 * FOLDED_MS)
  expect(time.durationMs).toBe(1700 + 2 * FOLDED_MS)
})

test('there and back again is the same moment, within gaps and outside them', () => {
  const time = createDisplayTime(at(5, 10_000, 10_100, 80_000, 81_000))
  for (const ms of [0, 5, 2000, 10_000, 10_050, 10_100, 45_000, 80_000, 80_999, 81_000])
    expect(time.toVirtual(time.toDisplay(ms))).toBeCloseTo(ms, 6)
})

test('a first record that comes late has a fold before it; nothing lies outside the run', () => {
  const time = createDisplayTime(at(60_000, 60_200))
  expect(time.folds).toEqual([{ fromMs: 0, toMs: 60_000, atDisplay: 0 }])
  expect(time.durationMs).toBe(FOLDED_MS + 200)
  expect([time.toDisplay(-1), time.toDisplay(99_999)]).toEqual([0, FOLDED_MS + 200])
  expect([time.toVirtual(-1), time.toVirtual(99_999)]).toEqual([0, 60_200])
  expect(createDisplayTime([]).durationMs).toBe(0)
})
