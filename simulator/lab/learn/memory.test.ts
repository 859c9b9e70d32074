import { describe, expect, test } from 'vitest'
import { stateOf } from './exercise-state.ts'
import { hintsGiven, type Memory, readMemory, withJudgement } from './memory.ts'
import type { Summary } from './summary.ts'

const NOTHING: Memory = { exercises: {}, hints: {} }
const summary = (content: string, holds = false): Summary => ({
  content,
  holds,
  broken: [],
  brokenSingles: 0,
  singles: 0,
  mistakes: [],
})

describe('what is remembered of an exercise', () => {
  test('is the judgement of the content before, once there is another', () => {
    const first = withJudgement(NOTHING, '12', summary('a'))
    expect(first.exercises['12']).toEqual({ now: summary('a') })
    const second = withJudgement(first, '12', summary('b', true))
    expect(second.exercises['12']).toEqual({ now: summary('b', true), before: summary('a') })
  })

  test('stays when the same content is judged again', () => {
    const twice = withJudgement(withJudgement(NOTHING, '12', summary('a')), '12', summary('b'))
    expect(withJudgement(twice, '12', summary('b'))).toEqual(twice)
  })

  test('comes back from text, and what cannot be read is forgotten', () => {
    const memory = withJudgement(NOTHING, '12', summary('a'))
    expect(readMemory(JSON.stringify(memory))).toEqual(memory)
    expect(readMemory(undefined)).toEqual(NOTHING)
    expect(readMemory('{"exercises":{"12":{"now":{}}},"hints":{}}')).toEqual(NOTHING)
    expect(readMemory('nonsense')).toEqual(NOTHING)
    expect(hintsGiven(memory, '12', 'no-dedupe')).toBe(0)
  })
})

test('an exercise is untried, fails, holds, or has changed since', () => {
  expect(stateOf(undefined, 'a')).toBe('untried')
  expect(stateOf({ now: summary('a') }, 'a')).toBe('fails')
  expect(stateOf({ now: summary('a', true) }, 'a')).toBe('holds')
  expect(stateOf({ now: summary('a', true) }, 'b')).toBe('changed')
  expect(stateOf({ now: { ...summary('refused: x'), refused: 'x' } }, 'b')).toBe('fails')
})
