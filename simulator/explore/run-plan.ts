/**
 * One run for the judge: a plan executed, reduced to what the verdict needs.
 */
import type { Plan } from '#simulator/faults/plan.ts'
import type { BrokenGuarantee } from '#simulator/scenario/judge.ts'
import { type SimulateOptions, simulate } from '#simulator/scenario/simulate.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import type { VisitedSite } from '#simulator/world/sites.ts'
import type { Check, SlotModule } from './check.ts'

/** What kept a run from being judged, as plain data. */
export interface Trouble {
  readonly code: string
  readonly sentence: string
  readonly next: string
}

export interface RunReport {
  readonly violations: readonly BrokenGuarantee[]
  readonly trouble?: Trouble
  /** The faults that struck; the others could as well not have been planned. */
  readonly struck: readonly Fault[]
  /** Present when asked for. */
  readonly sites?: readonly VisitedSite[]
}

/**
 * When a run of an exercise counts as never settling. An ordinary one takes some dozens of steps; one that fails and retries for
 * ten minutes, a few thousand. Messages may come again after a week, more than once in a plan.
 */
export const RUN_LIMITS = { maxSteps: 20_000, maxVirtualMs: 60 * 86_400_000 } as const

/** Executes a plan; faults that never strike are left out. */
export async function runPlan(
  check: Check,
  load: () => SlotModule,
  plan: Plan,
  wantsSites: boolean,
  options: SimulateOptions = {},
): Promise<RunReport> {
  let run: Awaited<ReturnType<typeof simulate>>
  try {
    run = await simulate(check.scenario(load), plan, {
      hash: false,
      unstruck: 'ignore',
      ...RUN_LIMITS,
      ...options,
    })
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error
    return { violations: [], trouble: asTrouble(error), struck: plan.faults }
  }
  return {
    violations: run.violations,
    ...(run.trouble === undefined ? {} : { trouble: asTrouble(run.trouble) }),
    struck:
      run.unstruck.length === 0 ? plan.faults : plan.faults.filter(fault => !run.unstruck.includes(fault)),
    ...(wantsSites ? { sites: run.sites() } : {}),
  }
}

export function isBroken(report: RunReport): boolean {
  return report.violations.length > 0 || report.trouble !== undefined
}

export function asTrouble({ code, message, next }: WorkbenchError): Trouble {
  // The limits of a single run can be raised; those of a check cannot.
  return { code, sentence: message, next: code === 'never-settles' ? POLL_LESS : next }
}

const POLL_LESS =
  'Look for a retry without an end, or for a timer that fires every few milliseconds: ten times a second is often enough.'
