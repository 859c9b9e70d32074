import { expect, test } from 'vitest'
import { holdGlobals } from '#simulator/world/globals.ts'
import check from '../../exercises/12-idempotent-consumer/check.ts'
import { inventory } from '../../exercises/12-idempotent-consumer/starter/inventory.ts'
import { executeHere } from './executor.ts'
import { runPlan } from './run-plan.ts'
import { shrink } from './shrink.ts'
import { type Failure, failureOf, guaranteesOf, survey } from './survey.ts'
import { createSwarm } from './swarm.ts'

const PLANS = 100
const load = () => ({ inventory })
const executor = executeHere(check, load)

test('of 100 random failing plans of 10 to 50 faults at least 99 shrink to three or fewer that break the same guarantee', {
  timeout: 120_000,
}, async () => {
  const release = holdGlobals()
  try {
    const failures = await randomFailures(PLANS)
    let small = 0
    for (const failure of failures) {
      const guarantee = guaranteesOf(failure)[0]!
      const shrunk = await shrink(executor, guarantee, failure)
      expect(guaranteesOf(shrunk)).toContain(guarantee)
      // What it says is so: the shrunk plan breaks the guarantee by itself.
      const again = failureOf(shrunk.plan, await runPlan(check, load, shrunk.plan, false))
      expect(again).toEqual(shrunk)
      if (shrunk.plan.faults.length <= 3) small++
    }
    expect(small).toBeGreaterThanOrEqual(PLANS - 1)
  } finally {
    release()
  }
})

test('no fault of a shrunk plan can be left out', { timeout: 60_000 }, async () => {
  const [failure] = await randomFailures(1)
  const guarantee = guaranteesOf(failure!)[0]!
  const { plan } = await shrink(executor, guarantee, failure!)
  for (const left of plan.faults) {
    const without = { ...plan, faults: plan.faults.filter(fault => fault !== left) }
    const report = await runPlan(check, load, without, false)
    expect(report.violations.map(violation => violation.guarantee)).not.toContain(guarantee)
  }
})

async function randomFailures(count: number): Promise<Failure[]> {
  const surveyed = await survey(check, executor, 1)
  const found: Failure[] = []
  for (const plan of createSwarm(check, surveyed, 7, 4 * count, [10, 50])) {
    const failure = failureOf(plan, await runPlan(check, load, plan, false))
    if (failure !== undefined) found.push(failure)
    if (found.length === count) return found
  }
  throw new Error(`only ${found.length} of ${4 * count} random plans failed`)
}
