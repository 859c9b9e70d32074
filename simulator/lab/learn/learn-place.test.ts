import { expect, test } from 'vitest'
import { type LearnPlace, readLearnPlace, writeLearnPlace } from './learn-place.ts'

test.each<LearnPlace>([
  { show: 'task' },
  { exercise: '12-idempotent-consumer', show: 'task' },
  { exercise: '12-idempotent-consumer', answer: 'no-dedupe~batch', show: 'verdict' },
  { exercise: '12-idempotent-consumer', show: 'solution', at: 'how-to-check' },
])('a place in Learn is what its link says: %j', place => {
  expect(readLearnPlace(writeLearnPlace(place))).toEqual(place)
})

test('what a link says of no pane or answer is passed over', () => {
  expect(readLearnPlace({ path: '/learn/12', query: 'show=all&answer=../../etc' })).toEqual({
    exercise: '12',
    show: 'task',
  })
})
