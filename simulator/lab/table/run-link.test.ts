import { expect, test } from 'vitest'
import { readLabLink } from '../lab/lab-link.ts'
import { readPlace } from '../shell/location.ts'
import { linkTo } from './run-link.ts'

const plan = {
  seed: 1,
  faults: [{ kind: 'duplicate', at: 'inventory/deliver order-2/OrderPlaced#1', when: 'at-once' }],
}
const scenario = { kind: 'exercise', exercise: '12-idempotent-consumer', answer: 'no-dedupe' } as const

test('a broken cell opens at the strike, about its order, beside the run without the fault', () => {
  const link = readLabLink(readPlace(linkTo(scenario, { plan, at: 25, subject: 'order-2' }, true)))
  expect(link).toEqual({
    scenario,
    plan,
    at: 25,
    subject: 'order-2',
    comparedWith: { seed: 1, faults: [] },
  })
})

test('what holds is compared with nothing, and other subjects are left out', () => {
  const link = readLabLink(readPlace(linkTo(scenario, { plan, at: 25, subject: 'chai' }, false)))
  expect(link).toEqual({ scenario, plan, at: 25 })
})
