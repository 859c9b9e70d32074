import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom, drawAt, hash32 } from './random.ts'

describe('a number drawn from a text', () => {
  test('is the same for the same seed and text on every platform and in every version', () => {
    expect([
      hash32(1, ''),
      hash32(1, 'inventory/commit order-7#1'),
      hash32(4_294_967_295, 'ü'),
    ]).toMatchInlineSnapshot(`
      [
        3770482475,
        972227360,
        96301071,
      ]
    `)
  })

  test('is at least 0 and below 1', () => {
    fc.assert(
      fc.property(fc.nat(4_294_967_295), fc.string({ unit: 'binary' }), (seed, text) => {
        const drawn = drawAt(seed, text)
        expect(drawn).toBeGreaterThanOrEqual(0)
        expect(drawn).toBeLessThan(1)
      }),
    )
  })

  test('is evenly spread over names that differ in a digit only, under any seed', () => {
    for (const seed of [0, 1, 2, 4_294_967_295]) {
      const draws = Array.from({ length: 10_000 }, (_, n) =>
        drawAt(seed, `inventory/deliver order-${n}/OrderPlaced#1`),
      )
      expectEven(draws)
    }
  })

  test('says nothing about its neighbour', () => {
    const pairs = Array.from({ length: 10_000 }, (_, n) => [
      drawAt(1, `order-${n}`),
      drawAt(1, `order-${n + 1}`),
    ])
    const bothLow = pairs.filter(([left, right]) => left! < 0.5 && right! < 0.5).length
    expect(bothLow / pairs.length).toBeCloseTo(0.25, 1)
  })

  test('is another one under another seed', () => {
    const same = Array.from({ length: 1000 }, (_, n) => n).filter(
      n => drawAt(1, `order-${n}`) === drawAt(2, `order-${n}`),
    )
    expect(same.length).toBeLessThan(3)
  })
})

describe('a stream of numbers', () => {
  const take = (count: number, seed: number, text: string) => {
    const next = createRandom(seed, text)
    return Array.from({ length: count }, next)
  }

  test('is the same for the same seed and text, and another one otherwise', () => {
    expect(take(50, 7, 'inventory')).toEqual(take(50, 7, 'inventory'))
    expect(take(50, 7, 'inventory')).not.toEqual(take(50, 8, 'inventory'))
    expect(take(50, 7, 'inventory')).not.toEqual(take(50, 7, 'payments'))
  })

  test('is evenly spread, and does not repeat itself soon', () => {
    const numbers = take(10_000, 1, 'world')
    expectEven(numbers)
    expect(new Set(numbers).size).toBeGreaterThan(9_900)
    expect(numbers.every(number => number >= 0 && number < 1)).toBe(true)
  })
})

/** Chi-squared over ten bins; 9 degrees of freedom exceed 33 once in ten thousand times. */
function expectEven(numbers: readonly number[]): void {
  const bins = Array.from({ length: 10 }, () => 0)
  for (const number of numbers) bins[Math.floor(number * 10)]!++
  const expected = numbers.length / 10
  expect(bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(33)
}
