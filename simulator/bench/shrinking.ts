/**
 * How long it takes to find the few faults that matter in a plan of many.
 */
import type { Check } from '#simulator/explore/check.ts'
import type { Executor } from '#simulator/explore/executor.ts'
import { shrink } from '#simulator/explore/shrink.ts'
import { type Failure, failureOf, guaranteesOf, survey } from '#simulator/explore/survey.ts'
import { createSwarm } from '#simulator/explore/swarm.ts'

const PLANS = 100
const SEED = 7

/** @param executor of an answer that fails, as the starter does */
export async function measureShrinking(
  check: Check,
  executor: Executor,
): Promise<{
  readonly count: number
  /** How many ended with three faults or fewer. */
  readonly small: number
  /** Real milliseconds of each, sorted. */
  readonly milliseconds: readonly number[]
}> {
  const plans = createSwarm(check, await survey(check, executor, 1), SEED, 2 * PLANS, [10, 50])
  const failures: Failure[] = []
  let index = 0
  for await (const report of executor.run(plans)) {
    const failure = failureOf(plans[index++]!, report)
    if (failure !== undefined && failures.length < PLANS) failures.push(failure)
  }
  const milliseconds: number[] = []
  let small = 0
  for (const failure of failures) {
    const startedAt = performance.now()
    const { plan } = await shrink(executor, guaranteesOf(failure)[0]!, failure)
    milliseconds.push(performance.now() - startedAt)
    if (plan.faults.length <= 3) small++
  }
  return { count: failures.length, small, milliseconds: milliseconds.sort((left, right) => left - right) }
}
