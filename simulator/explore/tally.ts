/**
 * Tallies: tables whose every cell is the sum of what some events contribute. From a wrong sum it says which event was
 * counted twice or not at all.
 */
import type { Violation } from '#simulator/scenario/scenario.ts'

export interface Contribution {
  /** The cell it belongs to: "stock of chai". */
  readonly cell: string
  readonly amount: number
  /** What it comes from, as a person would call it: `order-1`. */
  readonly source: string
}

export interface TallyOptions {
  /** The actual cells; one that is missing counts as 0, and none may come twice. */
  readonly actual: Iterable<readonly [cell: string, value: number]>
  readonly contributions: readonly Contribution[]
  /** Says where the consumer stands still, if it does: what is missing then may only be late. Asked only when something is missing. */
  readonly stuckAt?: () => string | undefined
}

/** How often an event may have been counted for it to be recognised. */
const MOST_TIMES = 4

/** One violation for each cell that is not the sum of its contributions. */
export function compareTally({
  actual,
  contributions,
  stuckAt = () => undefined,
}: TallyOptions): Violation[] {
  const cells = new Map<string, Contribution[]>()
  for (const contribution of contributions) {
    const cell = cells.get(contribution.cell)
    if (cell === undefined) cells.set(contribution.cell, [contribution])
    else cell.push(contribution)
  }
  const values = new Map<string, number[]>()
  for (const [cell, value] of actual) {
    if (!cells.has(cell)) cells.set(cell, [])
    values.set(cell, [...(values.get(cell) ?? []), value])
  }

  const violations: Violation[] = []
  for (const [cell, parts] of cells) {
    const expected = parts.reduce((sum, { amount }) => sum + amount, 0)
    const [value = 0, ...more] = values.get(cell) ?? []
    if (more.length > 0) {
      const message = `${cell} is in ${more.length + 1} rows: ${[value, ...more].join(', ')}`
      violations.push({ outcome: 'corrupt', message, subjects: parts.map(({ source }) => source) })
      continue
    }
    if (value === expected) continue
    violations.push(describeCell(cell, value, expected, parts, stuckAt))
  }
  return violations
}

function describeCell(
  cell: string,
  actual: number,
  expected: number,
  parts: readonly Contribution[],
  stuckAt: () => string | undefined,
): Violation {
  const subjects = parts.map(({ source }) => source)
  const wrong = `${cell} is ${actual} instead of ${expected}`
  const times = explain(parts, actual)
  if (times === undefined) return { outcome: 'corrupt', message: wrong, subjects }
  const said = parts.flatMap((part, index) => {
    const count = times[index]!
    if (count === 1) return []
    const who = alike(parts, part, times).join(' or ')
    return [`${who} ${count === 0 ? 'was not counted' : `was counted ${count} times`}`]
  })
  const missed = times.includes(0)
  const repeated = times.some(count => count > 1)
  const standstill = missed && !repeated ? stuckAt() : undefined
  if (standstill !== undefined) return { outcome: 'stuck', message: `${wrong}: ${standstill}`, subjects }
  return {
    outcome: missed && repeated ? 'corrupt' : missed ? 'lost' : 'doubled',
    message: `${wrong}: ${said.join(', ')}`,
    subjects: parts.flatMap((part, index) => (times[index] === 1 ? [] : alike(parts, part, times))),
  }
}

/** The part itself and those that a sum cannot tell from it: counted once, by the same amount. */
function alike(parts: readonly Contribution[], part: Contribution, times: readonly number[]): string[] {
  return parts
    .filter((other, index) => other === part || (other.amount === part.amount && times[index] === 1))
    .map(({ source }) => source)
}

/** How often each part must have been counted to make this sum: the explanation that departs least from once each. */
function explain(parts: readonly Contribution[], sum: number): number[] | undefined {
  let best: number[] | undefined
  let bestDistance = Number.POSITIVE_INFINITY
  const times: number[] = []
  function tryFrom(index: number, left: number, distance: number): void {
    if (distance >= bestDistance) return
    if (index === parts.length) {
      if (left !== 0) return
      best = [...times]
      bestDistance = distance
      return
    }
    for (let count = 0; count <= MOST_TIMES; count++) {
      times[index] = count
      tryFrom(index + 1, left - count * parts[index]!.amount, distance + departure(count))
    }
  }
  tryFrom(0, sum, 0)
  return best
}

/** Of two explanations that depart as much, the one that spreads it: two events twice rather than one three times. */
function departure(count: number): number {
  const steps = Math.abs(count - 1)
  return steps + steps ** 2 / 1000
}
