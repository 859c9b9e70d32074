import { expect, test } from 'vitest'
import { compileSlot } from '#simulator/desk/compile.ts'
import { loadExercise, ROOT, solution, starter } from '#simulator/desk/exercise.ts'
import { createLoader } from '#simulator/desk/instantiate.ts'
import { RUN_LIMITS } from '#simulator/explore/run-plan.ts'
import { type Plan, parseFault } from '#simulator/faults/plan.ts'
import { simulate } from '#simulator/scenario/simulate.ts'
import { createShop } from '#simulator/shop/shop.ts'
import { SHOP_TARGETS } from '#simulator/shop/targets.ts'
import { call, usePage } from '../testing/page.ts'

const subject = usePage()

function plan(...faults: string[]): Plan {
  return { seed: 7, faults: faults.map(text => parseFault(text, 'test', undefined)) }
}

test.each([
  ['no fault', plan()],
  [
    'crashes',
    plan('crash:inventory/commit order-1/OrderPlaced', 'duplicate:inventory=0.3', 'duplicate:orders=0.3'),
  ],
  ['an outage', plan('down:search@2s+30s', 'broker-down:kafka@3s+10s')],
])('the shop makes the same trace in the page as in Node: %s', async (_, given) => {
  const page = await subject.open('#/docs')
  const here = await simulate(createShop({ orders: 12 }), given, { observeEveryMs: 250, unstruck: 'ignore' })
  const there = await call(page, 'run', { scenario: { kind: 'shop', orders: 12 }, plan: given })
  expect(there.records.length).toBe(here.records)
  expect(there.traceHash).toBe(here.traceHash)
})
