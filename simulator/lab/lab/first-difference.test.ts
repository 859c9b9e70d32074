import { expect, test } from 'vitest'
import { appended, traceOf } from '#simulator/trace/trace-of.ts'
import { firstDifference } from './first-difference.ts'

const beginning = [appended('orders', 0, { t: 5 }), appended('orders', 1, { t: 9 })]

test('two runs part where one record is another, whatever comes later', () => {
  const here = traceOf(...beginning, {
    kind: 'process.crash',
    t: 12,
    process: 'relay',
    incarnation: 1,
    reason: 'x',
  })
  const there = traceOf(...beginning, appended('orders', 2, { t: 14 }))
  expect(firstDifference(here, there)).toEqual({
    same: 2,
    here: { seq: 3, t: 12, text: 'relay crashed (x)' },
    there: { seq: 3, t: 14, text: 'relay published order-1/OrderPlaced to orders/0@2' },
  })
})

test('a run that is over sooner has nothing to show there', () => {
  const here = traceOf(...beginning)
  const there = traceOf(beginning[0]!)
  expect(firstDifference(here, there)).toMatchObject({ same: 1, here: { seq: 2 } })
  expect(firstDifference(here, there)?.there).toBeUndefined()
})

test('the same run has no difference', () => {
  expect(firstDifference(traceOf(...beginning), traceOf(...beginning))).toBeUndefined()
})
