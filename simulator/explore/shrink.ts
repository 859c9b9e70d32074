/**
 * Shrinking: from a plan that breaks a guarantee to the smallest one that still breaks it.
 *
 * First whole kinds of faults are left out, then halves and smaller parts (delta debugging: Zeller and Hildebrandt,
 * "Simplifying and Isolating Failure-Inducing Input", 2002), which ends when no single fault can be spared;
 * then each fault that is left is made milder.
 */
import type { Plan } from '#simulator/faults/plan.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import { parseSite, siteName } from '#simulator/world/sites.ts'
import type { Executor } from './executor.ts'
import { type Failure, failureOf, guaranteesOf } from './survey.ts'

/** @returns a plan that breaks the same guarantee and of which no fault can be left out, and what it breaks */
export async function shrink(executor: Executor, guarantee: string, failure: Failure): Promise<Failure> {
  let best = failure
  /** Tries it; keeps it, without the faults that did not strike, if it still breaks the guarantee. */
  async function keeps(faults: readonly Fault[]): Promise<boolean> {
    const plan: Plan = { seed: best.plan.seed, faults }
    for await (const report of executor.run([plan])) {
      const smaller = failureOf({ ...plan, faults: report.struck }, report)
      if (smaller === undefined || !guaranteesOf(smaller).includes(guarantee)) return false
      best = smaller
      return true
    }
    return false
  }

  // Once for those that never strike.
  if (best.plan.faults.length > 1) await keeps(best.plan.faults)
  if (best.plan.faults.length > 0 && (await keeps([]))) return best
  for (const kind of new Set(best.plan.faults.map(fault => fault.kind))) {
    const rest = best.plan.faults.filter(fault => fault.kind !== kind)
    if (rest.length < best.plan.faults.length && rest.length > 0) await keeps(rest)
  }
  await minimize(() => best.plan.faults, keeps)
  for (let index = 0; index < best.plan.faults.length; index++) {
    for (const milder of milderThan(best.plan.faults[index]!)) {
      if (await keeps(best.plan.faults.with(index, milder))) break
    }
  }
  return best
}

/** Delta debugging: a half alone, then all but a part, in ever smaller parts, until no single fault can be left out. */
async function minimize(
  current: () => readonly Fault[],
  keeps: (faults: readonly Fault[]) => Promise<boolean>,
): Promise<void> {
  let parts = 2
  while (current().length >= 2) {
    const faults = current()
    const size = Math.ceil(faults.length / parts)
    let isSmaller = false
    for (let from = 0; from < faults.length && !isSmaller; from += size) {
      isSmaller = parts === 2 && (await keeps(faults.slice(from, from + size)))
    }
    for (let from = 0; from < faults.length && !isSmaller; from += size) {
      isSmaller = await keeps([...faults.slice(0, from), ...faults.slice(from + size)])
    }
    if (isSmaller) parts = Math.max(2, Math.min(parts - 1, current().length))
    else if (size === 1) return
    else parts = Math.min(faults.length, parts * 2)
  }
}

/** The same fault at an earlier visit, less often, or for a shorter time. */
function milderThan(fault: Fault): Fault[] {
  const milder: Fault[] = []
  if (fault.at !== undefined) {
    const { base, occurrence } = parseSite(fault.at)
    for (let earlier = 1; earlier < Math.min(occurrence, 4); earlier++) {
      milder.push({ ...fault, at: siteName(base, earlier) })
    }
  }
  if ((fault.times ?? 1) > 1) {
    const { times: _, ...once } = fault
    milder.push(once)
  }
  return milder
}
