/**
 * The failure tables: a column of an exercise's, and a row of the flow's, each cell with the run that shows it.
 */
import type { Check, SlotModule } from '#simulator/explore/check.ts'
import { executeHere } from '#simulator/explore/executor.ts'
import { type Measurement, measurePlan } from '#simulator/explore/measure.ts'
import { asTrouble, RUN_LIMITS } from '#simulator/explore/run-plan.ts'
import { survey } from '#simulator/explore/survey.ts'
import { groupByFamily, NO_FAULT, plansOf, tabulate } from '#simulator/explore/table.ts'
import type { Plan } from '#simulator/faults/plan.ts'
import type { BrokenGuarantee } from '#simulator/scenario/judge.ts'
import { type SimulateOptions, simulate } from '#simulator/scenario/simulate.ts'
import { createShop } from '#simulator/shop/shop.ts'
import { type Signs, signs } from '#simulator/shop/signs.ts'
import { type ShopSummary, SUMMARY_FOLDS, summarize } from '#simulator/shop/summary.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { held } from './held.ts'
import type { Calls, ColumnCell, ColumnResult, FlowResult, ShownRun, TableRows } from './protocol.ts'
import { observeEveryMs } from './runs.ts'
import { loadCheck, loadExercise } from './scenarios.ts'

const SEED = 1

export async function tableRows({ exercise }: Calls['tableRows']['request']): Promise<TableRows> {
  const { goal, families } = await loadCheck(exercise)
  const rows = families.map(({ name, title }) => ({ family: name, title }))
  return { goal, rows: [{ family: NO_FAULT, title: 'no fault' }, ...rows] }
}

/** Every single fault on one answer, with what it leads to. */
export async function column(
  base: string,
  { exercise, answer }: Calls['column']['request'],
): Promise<ColumnResult> {
  try {
    const { check, slot, load } = await loadExercise(base, exercise, answer)
    return await held(async () => {
      const surveyed = await survey(check, executeHere(check, load), SEED)
      const plans = plansOf(surveyed, SEED)
      const measurements: Measurement[] = []
      for (const { plan, failure } of plans) {
        if (failure?.trouble === undefined) measurements.push(await measurePlan(check, load, plan))
      }
      const tried = groupByFamily(surveyed, plans, measurements)
      const { rows } = tabulate(check, [{ name: answer, file: slot.file, tried }])
      const cells: ColumnCell[] = []
      for (const {
        family,
        title,
        cells: [cell],
      } of rows) {
        const plan = cell!.example?.plan ?? tried.get(family)?.[0]?.plan
        const shown = plan === undefined ? undefined : await lookAt(check, load, plan)
        cells.push({ family, title, cell: cell!, ...(shown === undefined ? {} : { shown }) })
      }
      return { answer, rows: cells }
    })
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error
    return { answer, refused: asTrouble(error), rows: [] }
  }
}

/** One failure mode of the shop, in numbers. */
export async function flow({ orders, plan }: Calls['flow']['request']): Promise<FlowResult> {
  const shop = createShop({ orders })
  const strike = watchForStrike()
  let summary: ShopSummary | undefined
  let seen: Signs | undefined
  const { violations, trouble } = await simulate(shop, plan, {
    hash: false,
    unstruck: 'ignore',
    folds: [...SUMMARY_FOLDS, signs],
    observeEveryMs: observeEveryMs(shop),
    onRecord: strike.onRecord,
    inspect(evidence) {
      summary = summarize(evidence, shop.notes)
      seen = evidence.fold(signs)
    },
  })
  return {
    violations,
    trouble: trouble === undefined ? undefined : asTrouble(trouble),
    guarantees: shop.guarantees.length,
    ...(seen === undefined ? {} : { signs: seen }),
    summary,
    shown: strike.describe(plan, violations),
  }
}

/** Executes the plan as the lab will, so that the records have the same numbers. */
async function lookAt(check: Check, load: () => SlotModule, plan: Plan): Promise<ShownRun> {
  const scenario = check.scenario(load)
  const strike = watchForStrike()
  try {
    const { violations } = await simulate(scenario, plan, {
      hash: false,
      unstruck: 'ignore',
      ...RUN_LIMITS,
      observeEveryMs: observeEveryMs(scenario),
      onRecord: strike.onRecord,
    })
    return strike.describe(plan, violations)
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error
    return strike.describe(plan, [])
  }
}

/** Up to the first strike a run is the same as without any fault: there the two part. */
function watchForStrike() {
  let at: number | undefined
  const onRecord: NonNullable<SimulateOptions['onRecord']> = ({ kind, seq }: TraceRecord) => {
    if (at === undefined && (kind === 'fault.strike' || kind === 'fault.begin')) at = seq
  }
  return {
    onRecord,
    describe(plan: Plan, violations: readonly BrokenGuarantee[]): ShownRun {
      const subject = violations.flatMap(({ subjects = [] }) => subjects)[0]
      return { plan, ...(at === undefined ? {} : { at }), ...(subject === undefined ? {} : { subject }) }
    },
  }
}
