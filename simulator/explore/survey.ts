/**
 * A survey: the run without a fault, then every single fault of every family, with what broke under each. What fails without a
 * fault is tried with one fault of each family only: hardly any more is to be learned, and such runs can be long.
 */
import type { Plan } from '#simulator/faults/plan.ts'
import type { BrokenGuarantee } from '#simulator/scenario/judge.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import type { VisitedSite } from '#simulator/world/sites.ts'
import type { Check } from './check.ts'
import type { Executor } from './executor.ts'
import { isBroken, type RunReport, type Trouble } from './run-plan.ts'

export { failuresOf } from './survey-failures.ts'

/** A plan that breaks something, and what it breaks. */
export interface Failure {
  readonly plan: Plan
  readonly violations: readonly BrokenGuarantee[]
  readonly trouble?: Trouble
}

/** Stands for the guarantees when a run could not be judged. */
export const COMES_TO_AN_END = 'comes-to-an-end'

export interface FamilySurvey {
  readonly family: string
  readonly title: string
  /** How many plans of one fault were run. */
  readonly plans: number
  /** Those that broke something, in the order in which they were tried. */
  readonly failures: readonly Failure[]
}

export interface Survey {
  /** What the run without a fault breaks; undefined when it holds. */
  readonly happyPath: Failure | undefined
  /** One entry a family, in the check's order; empty when the run without a fault did not come to an end. */
  readonly families: readonly FamilySurvey[]
  /** The sites of the run without a fault. */
  readonly sites: readonly VisitedSite[]
  /** How many single faults there are: more than were tried when the run without a fault fails, or one did not end. */
  readonly allSingles: number
  /** Every single fault that was tried, with the sites its run came by. */
  readonly singles: readonly { readonly fault: Fault; readonly sites: readonly VisitedSite[] }[]
  /** What ended the survey early, because no further run would have ended either. */
  readonly stoppedBy: Failure | undefined
}

/** @param onRun called after every run with the number of runs so far, of those known to come, and of those that broke something */
export async function survey(
  check: Check,
  executor: Executor,
  seed: number,
  onRun: (done: number, total: number, broken: number) => void = () => {},
): Promise<Survey> {
  const happyPlan: Plan = { seed, faults: [] }
  const [happy] = await collect(executor.run([happyPlan], true))
  const happyPath = failureOf(happyPlan, happy!)
  const sites = happy!.sites ?? []
  let broken = happyPath === undefined ? 0 : 1
  if (happy!.trouble !== undefined) {
    onRun(1, 1, broken)
    return { happyPath, families: [], sites, allSingles: 0, singles: [], stoppedBy: happyPath }
  }

  const all = check.families.map(({ name, faults }) => faults(sites).map(fault => ({ family: name, fault })))
  const allSingles = all.reduce((sum, { length }) => sum + length, 0)
  const planned = happyPath === undefined ? all.flat() : all.flatMap(ofFamily => ofFamily.slice(0, 1))
  const plans = planned.map(({ fault }): Plan => ({ seed, faults: [fault] }))
  const failures = new Map<string, Failure[]>(check.families.map(({ name }) => [name, []]))
  const counts = new Map<string, number>()
  const singles: { fault: Fault; sites: readonly VisitedSite[] }[] = []
  let stoppedBy: Failure | undefined
  onRun(1, plans.length + 1, broken)
  for await (const report of executor.run(plans, true)) {
    const index = singles.length
    const { family, fault } = planned[index]!
    singles.push({ fault, sites: report.sites ?? [] })
    counts.set(family, (counts.get(family) ?? 0) + 1)
    const failure = failureOf(plans[index]!, report)
    if (failure !== undefined) broken++
    onRun(index + 2, plans.length + 1, broken)
    if (failure === undefined) continue
    failures.get(family)!.push(failure)
    if (failure.trouble !== undefined) {
      stoppedBy = failure
      break
    }
  }
  return {
    happyPath,
    families: check.families.map(({ name, title }) => ({
      family: name,
      title,
      plans: counts.get(name) ?? 0,
      failures: failures.get(name)!,
    })),
    sites,
    allSingles,
    singles,
    stoppedBy,
  }
}

export function failureOf(plan: Plan, report: RunReport): Failure | undefined {
  if (!isBroken(report)) return undefined
  const { violations, trouble } = report
  return { plan, violations, ...(trouble === undefined ? {} : { trouble }) }
}

/** What a failure breaks, by name. */
export function guaranteesOf({ violations, trouble }: Failure): string[] {
  return trouble === undefined
    ? [...new Set(violations.map(({ guarantee }) => guarantee))]
    : [COMES_TO_AN_END]
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
