/**
 * All pairs of faults: to each single fault, every fault that its own run could have suffered besides.
 */
import type { Plan } from '#simulator/faults/plan.ts'
import type { Fault } from '#simulator/world/runtime.ts'
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

/**
 * So many of the pairs, in their order: one of every sort, then a second of every sort, and so on. Two pairs are of a sort when the
 * same happens at the same operations of the same services, whichever order or message it concerns: those tend to tell the same.
 */
export function choosePairs(pairs: readonly Plan[], max: number): readonly Plan[] {
  if (pairs.length <= max) return pairs
  const sorts = new Map<string, number[]>()
  for (const [index, { faults }] of pairs.entries()) {
    const sort = faults.map(sortOf).sort().join('\n')
    const indices = sorts.get(sort)
    if (indices === undefined) sorts.set(sort, [index])
    else indices.push(index)
  }
  // Where there are more sorts than places, those that are left out are spread over all of them.
  const rounds = [...sorts.values()]
  const chosen: number[] = []
  for (let round = 0; chosen.length < max; round++) {
    const candidates = rounds.flatMap(indices => (round < indices.length ? [indices[round]!] : []))
    chosen.push(...spread(candidates, max - chosen.length))
  }
  return chosen.sort((left, right) => left - right).map(index => pairs[index]!)
}

/** `crash after relay/commit`: a site is named `service/operation label`. */
function sortOf({ kind, when = '', at, service = '' }: Fault): string {
  return `${kind} ${when} ${at?.split(' ')[0] ?? service}`
}

/** So many of them, spread evenly over all. */
function spread<T>(all: readonly T[], max: number): readonly T[] {
  if (all.length <= max) return all
  return Array.from({ length: max }, (_, index) => all[Math.floor((index * all.length) / max)]!)
}
