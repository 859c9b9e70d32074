/**
 * The run behind a cell, as a link into the lab that shows it at the moment at which the fault strikes.
 */
import { writeLabLink } from '../lab/lab-link.ts'
import { writePlace } from '../shell/location.ts'
import type { ScenarioRef, ShownRun } from '../worker/protocol.ts'

/** Subjects that the lab can follow through the whole flow. */
const ORDER = /^order-\d+$/

/** @param isBroken then the run stands beside the one without any fault */
export function linkTo(scenario: ScenarioRef, { plan, at, subject }: ShownRun, isBroken: boolean): string {
  const isCompared = isBroken && plan.faults.length > 0
  return writePlace(
    writeLabLink({
      scenario,
      plan,
      ...(at === undefined ? {} : { at }),
      ...(subject !== undefined && ORDER.test(subject) ? { subject } : {}),
      ...(isCompared ? { comparedWith: { seed: plan.seed, faults: [] } } : {}),
    }),
  )
}
