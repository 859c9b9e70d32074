/**
 * Whoever executes plans for a judge: this thread, or a pool of processes. The reports come in the order of the plans.
 */
import type { Plan } from '#simulator/faults/plan.ts'
import type { Check, SlotModule } from './check.ts'
import { type RunReport, runPlan } from './run-plan.ts'

export interface Executor {
  /**
   * Executes the plans and reports each, in order.
   * @param wantsSites whether the reports should list the sites each run came by
   */
  run(plans: readonly Plan[], wantsSites?: boolean): AsyncIterable<RunReport>
}

/** Executes in this thread, one plan after another. */
export function executeHere(check: Check, load: () => SlotModule): Executor {
  return {
    async *run(plans, wantsSites = false) {
      for (const plan of plans) yield await runPlan(check, load, plan, wantsSites)
    },
  }
}
