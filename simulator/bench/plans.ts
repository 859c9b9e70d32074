/**
 * Failure plans per second: every single fault and many pairs of exercise 12, on its solution, by one process and by two.
 */

import { compileSlot } from '#simulator/desk/compile.ts'
import {
  type Answer,
  type Exercise,
  findExercise,
  loadExercise,
  ROOT,
  solution,
  starter,
} from '#simulator/desk/exercise.ts'
import { openPool, type Pool } from '#simulator/desk/pool.ts'
import type { Executor } from '#simulator/explore/executor.ts'
import { pairsOf } from '#simulator/explore/pairs.ts'
import { survey } from '#simulator/explore/survey.ts'
import type { Plan } from '#simulator/faults/plan.ts'
import type { Variant } from './compare.ts'

const PAIRS = 3000
const HARD_LIMIT_MS = 20_000
const SEED = 1

export interface PlanBench {
  readonly exercise: Exercise
  readonly variants: readonly Variant[]
  /** Microseconds of each plan in one process, sorted, after warming up. */
  times(): Promise<{ readonly singles: number[]; readonly pairs: number[]; readonly happy: number }>
  /** Executes plans on the starter, in one process. */
  startersExecutor(): Promise<Executor>
  close(): void
}

export async function openPlanBench(): Promise<PlanBench> {
  const exercise = await loadExercise(findExercise('12'))
  const pools = [1, 2].map(workers => openPool(workers, HARD_LIMIT_MS))
  const load = async (pool: Pool, answer: Answer) =>
    pool.load(exercise.name, await compileSlot(answer.file, ROOT))
  const executors = await Promise.all(pools.map(pool => load(pool, solution(exercise))))
  const surveyed = await survey(exercise.check, executors[0]!, SEED)
  const singles = surveyed.singles.map(({ fault }): Plan => ({ seed: SEED, faults: [fault] }))
  const every = pairsOf(exercise.check, surveyed, SEED)
  const pairs = every.filter((_, index) => index % Math.ceil(every.length / PAIRS) === 0)
  const happy: Plan[] = Array.from({ length: 2000 }, () => ({ seed: SEED, faults: [] }))

  const throughPool = (index: number, plans: readonly Plan[]) => async () => {
    let runs = 0
    for await (const report of executors[index]!.run(plans)) runs += report.trouble === undefined ? 1 : 0
    return runs
  }
  const time = async (pool: Pool, plans: readonly Plan[]) =>
    [...(await pool.time(plans))].sort((left, right) => left - right)

  return {
    exercise,
    variants: [
      { name: 'no fault, one process', work: throughPool(0, happy) },
      { name: 'no fault, two processes', work: throughPool(1, happy) },
      { name: 'one and two faults, one process', work: throughPool(0, [...singles, ...pairs]) },
      { name: 'one and two faults, two processes', work: throughPool(1, [...singles, ...pairs]) },
    ],
    async times() {
      const [pool] = pools
      const happyTimes = await time(pool!, happy)
      return {
        happy: happyTimes[happyTimes.length >> 1]!,
        singles: await time(pool!, singles),
        pairs: await time(pool!, pairs),
      }
    },
    startersExecutor: () => load(pools[0]!, starter(exercise)),
    close() {
      for (const pool of pools) pool.close()
    },
  }
}
