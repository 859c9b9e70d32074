import { describe, expect, test } from 'vitest'
import { describeDifference } from './difference.ts'
import type { Summary } from './summary.ts'

const HOLDS: Summary = {
  content: 'a',
  holds: true,
  broken: [],
  brokenSingles: 0,
  singles: 80,
  mistakes: [],
}
const STOCK = { guarantee: 'stock-is-right', outcome: 'doubled', faults: ['duplicate'] }
const FAILS: Summary = {
  ...HOLDS,
  holds: false,
  broken: [STOCK],
  brokenSingles: 12,
  mistakes: ['no-dedupe'],
}
const REFUSED: Summary = { ...HOLDS, holds: false, refused: 'broken.ts:1:1: Unexpected ";"' }

describe('the difference a save makes', () => {
  test('is none where the verdict is the same', () => {
    expect(describeDifference(FAILS, { ...FAILS, content: 'b' })).toEqual([])
    expect(describeDifference(REFUSED, REFUSED)).toEqual([])
  })

  test('names what holds now', () => {
    expect(describeDifference(FAILS, HOLDS)).toEqual([
      { mark: 'better', text: 'stock-is-right was doubled under one fault (duplicate); now it holds.' },
    ])
  })

  test('names what broke', () => {
    expect(describeDifference(HOLDS, FAILS)).toEqual([
      { mark: 'worse', text: 'stock-is-right held before; now it is doubled under one fault (duplicate).' },
    ])
  })

  test('counts the single faults, and says that it takes more of them', () => {
    const now: Summary = {
      ...FAILS,
      broken: [{ ...STOCK, faults: ['crash', 'duplicate'] }],
      brokenSingles: 2,
      mistakes: [],
    }
    expect(describeDifference(FAILS, now)).toEqual([
      {
        mark: 'better',
        text: 'stock-is-right was doubled under one fault (duplicate); now it is doubled under 2 faults (crash, duplicate).',
      },
      { mark: 'better', text: '12 single faults broke something; now 2 of 80 do.' },
      { mark: 'other', text: 'It behaved like no-dedupe; now like no mistake that is known.' },
    ])
  })

  test('is that it can or cannot be judged', () => {
    expect(describeDifference(FAILS, REFUSED)).toEqual([
      { mark: 'worse', text: 'The file could be judged before; now it cannot.' },
    ])
    expect(describeDifference(REFUSED, FAILS)).toEqual([
      { mark: 'better', text: 'The file could not be judged before; now it can.' },
    ])
  })
})
