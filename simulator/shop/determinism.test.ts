import { expect, test } from 'vitest'
import { parseFault } from '#simulator/faults/plan.ts'
import { simulate } from '#simulator/scenario/simulate.ts'
import { createShop } from './shop.ts'
import { SHOP_TARGETS } from './targets.ts'

const FAULTS = [
  'crash:gateway=0.05',
  'duplicate:inventory=0.3',
  'hold:payments=0.2?by=500ms',
  'pause:search@100ms+2s',
  'failing:psp@0s+1s?status=429&by=1s&share=0.5',
].map(text => parseFault(text, 'plan', SHOP_TARGETS))

async function traceHash(seed: number): Promise<string> {
  return (await simulate(createShop({ orders: 1 }), { seed, faults: FAULTS })).traceHash
}

test('the same plan makes the same trace, a thousand times; another seed another', {
  timeout: 120_000,
}, async () => {
  const first = await traceHash(7)
  for (let run = 1; run < 1000; run++) {
    // Compared one by one: the first difference is worth more than a count.
    expect(await traceHash(7), `run ${run + 1}`).toBe(first)
  }
  expect(await traceHash(8)).not.toBe(first)
})
