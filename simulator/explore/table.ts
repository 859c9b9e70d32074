/**
 * The failure table of an exercise: a row for each family of faults, a column for each answer, in every cell what was measured.
 */

import type { Plan } from '#simulator/faults/plan.ts'
import type { Check } from './check.ts'
import type { Measurement } from './measure.ts'
import type { Trouble } from './run-plan.ts'
import type { Failure, Survey } from './survey.ts'
import { type Cell, describeCell, NOTHING_TO_STRIKE, type Tried, UNTRIED } from './table-cell.ts'

export interface FailureTable {
  readonly exercise: string
  readonly goal: string
  readonly answers: readonly TableAnswer[]
  readonly rows: readonly TableRow[]
}

export interface TableAnswer {
  /** `starter`, `solution`, `yours` or the mistake's name. */
  readonly name: string
  /** The file, from the repository's root. */
  readonly file: string
  /** Set when the file could not be run at all; then its cells are untried. */
  readonly refused?: Trouble
}

export interface TableRow {
  /** The family's name; `no-fault` for the run without one. */
  readonly family: string
  readonly title: string
  /** One for each answer, in their order. */
  readonly cells: readonly Cell[]
}

/** What was found out about one answer. */
export type Column = TableAnswer & {
  /** Absent for an answer that was refused. */
  readonly tried?: ReadonlyMap<string, readonly Tried[]>
}

export const NO_FAULT = 'no-fault'

export function tabulate(check: Check, columns: readonly Column[]): FailureTable {
  const families = [
    { name: NO_FAULT, title: 'no fault' },
    ...check.families.map(({ name, title }) => ({ name, title })),
  ]
  return {
    exercise: check.exercise,
    goal: check.goal,
    answers: columns.map(({ tried: _, ...answer }) => answer),
    rows: families.map(({ name, title }) => ({
      family: name,
      title,
      cells: columns.map(({ tried }) => cellOf(tried?.get(name))),
    })),
  }
}

function cellOf(tried: readonly Tried[] | undefined): Cell {
  if (tried === undefined) return UNTRIED
  return tried.length === 0 ? NOTHING_TO_STRIKE : describeCell(tried)
}

/** Every plan that a survey has tried, in the order in which it did: the one without a fault first. */
export interface SurveyedPlan {
  readonly family: string
  readonly plan: Plan
  readonly failure: Failure | undefined
}

export function plansOf({ happyPath, families, singles }: Survey, seed: number): SurveyedPlan[] {
  const plans: SurveyedPlan[] = [{ family: NO_FAULT, plan: { seed, faults: [] }, failure: happyPath }]
  let next = 0
  for (const { family, plans: count, failures } of families) {
    for (const { fault } of singles.slice(next, next + count)) {
      const failure = failures.find(({ plan }) => plan.faults[0] === fault)
      plans.push({ family, plan: { seed, faults: [fault] }, failure })
    }
    next += count
  }
  return plans
}

/**
 * The plans of each family. A family that the survey did not come to, because a run before did not end, is not in it.
 * @param measurements of those plans that could be judged, in order
 */
export function groupByFamily(
  { families, stoppedBy }: Survey,
  plans: readonly SurveyedPlan[],
  measurements: readonly Measurement[],
): ReadonlyMap<string, readonly Tried[]> {
  const stoppedAt = families.findLastIndex(({ plans: count }) => count > 0)
  const reached = stoppedBy === undefined ? families : families.slice(0, stoppedAt + 1)
  const groups = new Map<string, Tried[]>([
    [NO_FAULT, []],
    ...reached.map(({ family }) => [family, []] as [string, Tried[]]),
  ])
  let next = 0
  for (const { family, plan, failure } of plans) {
    const measurement = failure?.trouble === undefined ? measurements[next++] : undefined
    groups.get(family)!.push({ plan, failure, measurement })
  }
  return groups
}
