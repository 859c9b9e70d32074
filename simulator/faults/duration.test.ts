import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { duration, formatDuration, parseDuration, signedDuration } from './duration.ts'

describe('parseDuration', () => {
  test.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['0', 0],
    ['250', 250],
    ['1.5s', 1500],
    ['0.5ms', 1],
    ['-5s', -5000],
    [' 10s ', 10_000],
  ])('reads %j as %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds)
  })

  test.each(['', 's', '5 s', '5sec', '5S', '1e3', '.5s', '5.', '--5s', '10s30s', 'Infinity', 'NaN', '1_000'])(
    'refuses %j',
    text => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )

  test('refuses what is too long to count in milliseconds', () => {
    expect(parseDuration('104249991d')).toBe(104_249_991 * 86_400_000)
    expect(parseDuration('104249992d')).toBeUndefined()
    expect(parseDuration(`${'9'.repeat(400)}s`)).toBeUndefined()
  })
})

describe('formatDuration', () => {
  test.each([
    [0, '0s'],
    [1, '1ms'],
    [1500, '1500ms'],
    [90_000, '90s'],
    [120_000, '2m'],
    [5_400_000, '90m'],
    [7_200_000, '2h'],
    [86_400_000, '1d'],
    [-5000, '-5s'],
  ])('writes %d ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text)
  })

  test('writes what reads back as the same number', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), milliseconds => {
        expect(parseDuration(formatDuration(milliseconds))).toBe(milliseconds)
      }),
    )
  })

  test('never takes more letters than the bare milliseconds would', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000_000 }), milliseconds => {
        expect(formatDuration(milliseconds).length).toBeLessThanOrEqual(`${milliseconds}ms`.length)
      }),
    )
  })
})

describe('a duration in a plan', () => {
  test('is text with a unit, or a number of milliseconds, rounded to whole ones', () => {
    expect(duration.parse('2s')).toBe(2000)
    expect(duration.parse(1999.6)).toBe(2000)
  })

  test.each([['soon'], [true], [null], [undefined], [{}], [Number.NaN], [Number.POSITIVE_INFINITY], [1e300]])(
    'is not %j, and the refusal says what it should be',
    value => {
      const result = duration.safeParse(value)
      expect(result.error?.issues[0]?.message).toBe('should be a duration such as 500ms, 30s, 5m, 2h or 1d')
    },
  )

  test('is negative only where a sign makes sense', () => {
    expect(duration.safeParse('-1s').error?.issues[0]?.message).toBe('should not be negative')
    expect(signedDuration.parse('-1s')).toBe(-1000)
  })
})
