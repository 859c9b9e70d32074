/**
 * All pairs of faults: to each single fault, every fault that its own run could have suffered besides.
 */
import type { Plan } from '#simulator/faults/plan.ts'
import type { Check } from './check.ts'
import type { Survey } from './survey.ts'

/** Each pair once, in a fixed order. Sites are those of the run with the first fault, as a fault brings new ones: a redelivery, a restart. */
export function pairsOf(check: Check, { singles }: Survey, seed: number): Plan[] {
  const seen = new Set<string>()
  const plans: Plan[] = []
  for (const { fault, sites } of singles) {
    const key = JSON.stringify(fault)
    for (const { faults } of check.families) {
      for (const other of faults(sites)) {
        const otherKey = JSON.stringify(other)
        if (otherKey === key) continue
        const pair = key < otherKey ? `${key}${otherKey}` : `${otherKey}${key}`
        if (seen.has(pair)) continue
        seen.add(pair)
        plans.push({ seed, faults: [fault, other] })
      }
    }
  }
  return plans
}
