/**
 * Swarm testing: larger plans, each drawn from a random few of the fault families, with latencies of its own.
 *
 * Leaving families out lets the others pile up: a plan that mixes everything hardly ever has three of the same
 * (Groce, Zhang, Eide, Chen and Regehr, "Swarm Testing", 2012).
 */
import type { Plan } from '#simulator/faults/plan.ts'
import { createRandom } from '#simulator/world/random.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import type { Check } from './check.ts'
import type { Survey } from './survey.ts'

const FAMILY_SHARE = 0.5

/** @returns `count` plans, the same for the same survey and seed */
export function createSwarm(
  check: Check,
  surveyed: Survey,
  seed: number,
  count: number,
  [min, max]: readonly [number, number],
): Plan[] {
  const random = createRandom(seed, 'swarm')
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!
  const pools = everyFault(check, surveyed)
  if (pools.length === 0) return []
  return Array.from({ length: count }, () => {
    const chosen = pools.filter(() => random() < FAMILY_SHARE)
    const families = chosen.length === 0 ? pools : chosen
    const size = min + Math.floor(random() * (max - min + 1))
    const faults = new Map<string, Fault>()
    for (let drawn = 0; drawn < size; drawn++) {
      const fault = pick(pick(families))
      faults.set(JSON.stringify(fault), fault)
    }
    return { seed: Math.floor(random() * 4294967296), faults: [...faults.values()] }
  })
}

/** Family by family, every fault that any run of the survey could have suffered. */
function everyFault(check: Check, { singles, sites }: Survey): Fault[][] {
  const all = [sites, ...singles.map(single => single.sites)]
  return check.families
    .map(({ faults }) => {
      const found = new Map<string, Fault>()
      for (const visited of all) for (const fault of faults(visited)) found.set(JSON.stringify(fault), fault)
      return [...found.values()]
    })
    .filter(pool => pool.length > 0)
}
