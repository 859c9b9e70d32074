import { expect, test } from 'vitest'
import { compileSlot } from '#simulator/desk/compile.ts'
import {
  type Exercise,
  exerciseNames,
  loadExercise,
  ROOT,
  solution,
  starter,
} from '#simulator/desk/exercise.ts'
import { createLoader } from '#simulator/desk/instantiate.ts'
import { RUN_LIMITS } from '#simulator/explore/run-plan.ts'
import { type Plan, parseFault } from '#simulator/faults/plan.ts'
import { simulate } from '#simulator/scenario/simulate.ts'
import { createShop } from '#simulator/shop/shop.ts'
import { call, pagesForTests } from '../testing/page.ts'
import type { RunRequest } from './protocol.ts'
import { createRush } from './rush.ts'

function plan(...faults: string[]): Plan {
  return { seed: 7, faults: faults.map(text => parseFault(text, 'test', undefined)) }
}

const SHOP_PLANS: readonly (readonly [string, Plan])[] = [
  ['no fault', plan()],
  [
    'crashes and duplicates',
    plan('crash:inventory/commit order-1/OrderPlaced', 'duplicate:inventory=0.3', 'duplicate:orders=0.3'),
  ],
  ['outages', plan('down:search@2s+30s', 'broker-down:kafka@3s+10s', 'failing:psp@0s+4s')],
]

interface Expected {
  readonly request: RunRequest
  /** What the same run is in Node. */
  readonly traceHash: string
}

// All runs in Node come before the browser is started: what it sends would be handled in the middle of them.
const shops: Expected[] = []
for (const [, given] of SHOP_PLANS) {
  const options = { observeEveryMs: 250, unstruck: 'ignore' } as const
  const { traceHash } = await simulate(createShop({ orders: 12 }), given, options)
  shops.push({ request: { scenario: { kind: 'shop', orders: 12 }, plan: given }, traceHash })
}
const rush: Expected = {
  request: { scenario: { kind: 'rush', messages: 2000 }, plan: plan() },
  traceHash: (await simulate(createRush(2000), plan())).traceHash,
}
const exercises: (readonly [string, readonly Expected[]])[] = []
for (const name of exerciseNames()) exercises.push([name, await runsOf(await loadExercise(name))])

/** Starter and solution, without a fault and with one of each family. */
async function runsOf(exercise: Exercise): Promise<Expected[]> {
  const { check } = exercise
  const runs: Expected[] = []
  for (const { name, file } of [starter(exercise), solution(exercise)]) {
    const load = await createLoader(await compileSlot(file, ROOT), check, ROOT)
    const happy = await simulate(check.scenario(load), plan(), RUN_LIMITS)
    const singles = check.families.flatMap(({ faults }) => faults(happy.sites()).slice(0, 1))
    for (const faults of [[], ...singles.map(fault => [fault])]) {
      const options = { ...RUN_LIMITS, unstruck: 'ignore' } as const
      const { traceHash } = await simulate(check.scenario(load), { seed: 7, faults }, options)
      const scenario = { kind: 'exercise', exercise: exercise.name, answer: name } as const
      runs.push({ request: { scenario, plan: { seed: 7, faults } }, traceHash })
    }
  }
  return runs
}

const subject = pagesForTests()

async function expectSame(runs: readonly Expected[]): Promise<void> {
  const page = await subject.open('#/docs')
  for (const { request, traceHash } of runs) {
    const run = await call(page, 'run', request)
    expect({ request, traceHash: run.traceHash }).toEqual({ request, traceHash })
  }
}

test('the shop makes the same traces in the page as in Node', () => expectSame(shops))

test('many messages make the same trace in the page as in Node', () => expectSame([rush]))

test.each(exercises)('exercise %s makes the same traces in the page as in Node', (_, runs) =>
  expectSame(runs),
)
