import { expect, test } from 'vitest'
import { sayReplay } from './replay.ts'

const RUN = { holds: true, violations: [], unstruck: [] }

test('a plan that broke the file before breaks nothing now, or still something', () => {
  expect(sayReplay(undefined, undefined)).toBeUndefined()
  expect(sayReplay(RUN, undefined)).toEqual({ mark: 'better', text: 'breaks nothing now.' })
  const violation = {
    guarantee: 'stock-is-right',
    promise: 'The stock is right.',
    outcome: 'doubled',
    message: 'stock of chai is 36 instead of 38',
  } as const
  expect(sayReplay({ ...RUN, holds: false, violations: [violation] }, undefined)).toEqual({
    mark: 'worse',
    text: 'still breaks stock-is-right: stock of chai is 36 instead of 38.',
  })
})

test('a fault whose place the run does not come by any more says nothing about the file', () => {
  const text = 'can no longer strike: the run does not come by that place any more.'
  const refusal = { code: 'unknown-site', sentence: 'There is no such site.', next: '' }
  expect(sayReplay(undefined, refusal)).toEqual({ mark: 'other', text })
  const unstruck = [{ kind: 'crash', at: 'inventory/commit order-1#1' }] as const
  expect(sayReplay({ ...RUN, unstruck }, undefined)).toEqual({ mark: 'other', text })
})

test('a replay that cannot be made says why', () => {
  const refusal = { code: 'endless-loop', sentence: 'The code never yields.', next: '' }
  expect(sayReplay(undefined, refusal)).toEqual({
    mark: 'other',
    text: 'cannot be replayed: The code never yields.',
  })
})
