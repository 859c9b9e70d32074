import { expect, test } from 'vitest'
import { compare } from './compare.ts'

test('a variant that says itself how long it took is taken at its word, and may add a note', async () => {
  const timed = (tookMs: number) => () => ({ units: 100, tookMs })
  const rows = await compare(
    [
      { name: 'slow', work: timed(1_000) },
      { name: 'fast', work: timed(250), note: () => 'noted' },
    ],
    3,
  )
  expect(rows).toEqual([
    { name: 'slow', note: '', perSecond: 100, minPerSecond: 100, maxPerSecond: 100, ratio: 1 },
    { name: 'fast', note: 'noted', perSecond: 400, minPerSecond: 400, maxPerSecond: 400, ratio: 4 },
  ])
})

test('the first round warms up and is not counted; any other is timed from outside', async () => {
  const rounds: number[] = []
  const [row] = await compare(
    [
      {
        name: 'work',
        async work() {
          rounds.push(rounds.length)
          await new Promise(resolve => setTimeout(resolve, rounds.length === 1 ? 300 : 20))
          return 2
        },
      },
    ],
    2,
  )
  expect(rounds).toEqual([0, 1, 2])
  expect(row!.maxPerSecond).toBeLessThanOrEqual(2 / 0.019)
  // With the first round among them the slowest would be below 7 a second.
  expect(row!.minPerSecond).toBeGreaterThan(7)
})
