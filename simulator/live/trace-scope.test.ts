import { expect, test } from 'vitest'
import { currentTraceId, withinTrace } from './trace-scope.ts'

test('what an action sets going works for its trace, and nothing else does', async () => {
  const seen: (string | undefined)[] = []
  const note = async () => {
    await new Promise(resolve => setTimeout(resolve, 1))
    seen.push(currentTraceId())
  }
  await Promise.all([withinTrace('a', note), withinTrace('b', note), note()])
  expect(seen).toEqual(['a', 'b', undefined])
})

test('an action without a trace of its own stays in the one it is in', () => {
  expect(withinTrace('a', () => withinTrace(undefined, currentTraceId))).toBe('a')
})
