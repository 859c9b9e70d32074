/**
 * The passing twin of a failing run: the same plan minus one fault, so that what that fault did can be seen.
 */
import type { Plan } from '#simulator/faults/plan.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import type { WatchedRun } from './watch.ts'

export interface TwinRun {
  readonly plan: Plan
  /** The faults that were left out: one, unless the guarantee stays broken whichever one is left out. */
  readonly without: readonly Fault[]
  readonly run: WatchedRun
}

/**
 * @param faults those of the failing plan in the order in which they struck: the last whose absence mends the guarantee is left out
 * @returns undefined when the guarantee is broken even without any fault
 */
export async function findTwin(
  { seed }: Plan,
  faults: readonly Fault[],
  guarantee: string,
  watch: (plan: Plan) => Promise<WatchedRun>,
): Promise<TwinRun | undefined> {
  const candidates = faults.map(fault => [fault]).reverse()
  if (faults.length > 1) candidates.push([...faults])
  for (const without of candidates) {
    const plan: Plan = { seed, faults: faults.filter(fault => !without.includes(fault)) }
    const run = await watch(plan)
    const isMended =
      run.trouble === undefined && run.violations.every(broken => broken.guarantee !== guarantee)
    if (isMended) return { plan, without, run }
  }
  return undefined
}
