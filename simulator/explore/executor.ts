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

/**
 * Remembers what it was asked with sites, or alone: the runs of a survey, which shrinking would otherwise repeat. A run is
 * deterministic, so that there is nothing to be learned from repeating it.
 */
export function remembering(executor: Executor): Executor {
  const known = new Map<string, RunReport>()
  return {
    async *run(plans, wantsSites = false) {
      const isAlone = plans.length === 1
      const report = isAlone && !wantsSites ? known.get(JSON.stringify(plans[0])) : undefined
      if (report !== undefined) {
        yield report
        return
      }
      let index = 0
      for await (const found of executor.run(plans, wantsSites)) {
        if (wantsSites || isAlone) known.set(JSON.stringify(plans[index]), found)
        index++
        yield found
      }
    },
  }
}
