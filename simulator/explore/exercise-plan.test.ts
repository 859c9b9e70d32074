import { describe, expect, test } from 'vitest'
import { findExercise, loadExercise } from '#simulator/desk/exercise.ts'
import {
  readExercisePlan,
  replayCommand,
  splitExercisePlan,
  writeExercisePlan,
} from '#simulator/explore/exercise-plan.ts'
import type { Plan } from '#simulator/faults/plan.ts'

const { check } = await loadExercise(findExercise('12'))
const PLAN: Plan = {
  seed: 7,
  faults: [
    { kind: 'duplicate', at: 'inventory/deliver order-1/OrderPlaced#2', when: 'later' },
    { kind: 'crash', at: 'inventory/insert inbox (?, ?) order-1/OrderPlaced#1', when: 'after' },
    { kind: 'pause', service: 'inventory', from: 500, for: 60_000 },
  ],
}

test('a plan reads back, and is safe in single quotes', () => {
  const text = writeExercisePlan(PLAN)
  expect(readExercisePlan(text, check)).toEqual(PLAN)
  expect(readExercisePlan(`12?${text}`, check)).toEqual(PLAN)
  expect(text).not.toMatch(/['\s]/)
})

test('a seed alone is the run without a fault; nothing at all is refused', () => {
  expect(readExercisePlan('seed=1', check)).toEqual({ seed: 1, faults: [] })
  expect(() => readExercisePlan('', check)).toThrow('The plan is empty.')
  expect(() => readExercisePlan('12?', check)).toThrow('The plan is empty.')
})

test('the command to repeat it names the answer unless it is the student’s', () => {
  const plan: Plan = { seed: 1, faults: [] }
  expect(replayCommand('12', plan)).toBe("npm run check 12 -- --plan 'seed=1'")
  expect(replayCommand('12', plan, 'no-dedupe~batch')).toBe(
    "npm run check 12 -- --answer no-dedupe~batch --plan 'seed=1'",
  )
  expect(replayCommand('12', plan, "my answer's.ts")).toContain(`--answer 'my answer'\\''s.ts'`)
})

describe('tells plans for exercises from plans for the shop', () => {
  test.each([
    ['12?seed=1', { exercise: '12', query: 'seed=1' }],
    ['3?', { exercise: '3', query: '' }],
    ['12-idempotent-consumer?seed=1', { exercise: '12-idempotent-consumer', query: 'seed=1' }],
    ['shop?seed=1', undefined],
    ['seed=1&fault=crash:a/b?when=before', undefined],
  ])('%s', (text, expected) => expect(splitExercisePlan(text)).toEqual(expected))
})
