import { expect, test } from 'vitest'
import { exercisesOf, titleOf } from './answers.ts'

const FILES = [
  '../../../exercises/12-idempotent-consumer/mistakes/no-dedupe~batch.ts',
  '../../../exercises/12-idempotent-consumer/mistakes/no-dedupe.ts',
  '../../../exercises/12-idempotent-consumer/mistakes/check-then-act.ts',
  '../../../exercises/09-outbox/mistakes/commit-then-publish.ts',
]

test('each mistake has one column, between the starter and the solution', () => {
  expect(exercisesOf(FILES, false)).toEqual([
    { name: '09-outbox', answers: ['starter', 'commit-then-publish', 'solution'] },
    { name: '12-idempotent-consumer', answers: ['starter', 'check-then-act', 'no-dedupe', 'solution'] },
  ])
})

test('where the student’s own file can be run it has the last column', () => {
  expect(exercisesOf(FILES, true)[0]!.answers.at(-1)).toBe('yours')
})

test('an exercise is called by its number and its name', () => {
  expect(titleOf('12-idempotent-consumer')).toBe('12 idempotent consumer')
})
