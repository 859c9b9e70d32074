/**
 * A run that is watched: its whole trace is kept, to be explained.
 */
import type { Plan } from '#simulator/faults/plan.ts'
import type { BrokenGuarantee } from '#simulator/scenario/judge.ts'
import { type SimulateOptions, simulate } from '#simulator/scenario/simulate.ts'
import { known } from '#simulator/trace/records.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Fault, TraceRecord } from '#simulator/world/runtime.ts'
import { parseSite, siteName } from '#simulator/world/sites.ts'
import type { Check, SlotModule } from './check.ts'
import { asTrouble, RUN_LIMITS, type Trouble } from './run-plan.ts'

export interface WatchedRun {
  readonly records: readonly TraceRecord[]
  readonly violations: readonly BrokenGuarantee[]
  readonly trouble?: Trouble
}

export async function watchRun(
  check: Check,
  load: () => SlotModule,
  plan: Plan,
  options: SimulateOptions,
): Promise<WatchedRun> {
  const records: TraceRecord[] = []
  try {
    const { violations, trouble } = await simulate(check.scenario(load), plan, {
      hash: false,
      unstruck: 'ignore',
      ...RUN_LIMITS,
      ...options,
      onRecord: record => records.push(record),
    })
    return { records, violations, ...(trouble === undefined ? {} : { trouble: asTrouble(trouble) }) }
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error
    return { records, violations: [], trouble: asTrouble(error) }
  }
}

/** The faults in the order in which they struck; those that never did come last. */
export function inOrderOfStrike(faults: readonly Fault[], records: readonly TraceRecord[]): Fault[] {
  const struckAt = new Map<string, number>()
  for (const record of records) {
    const strike = known(record)
    if (strike.kind !== 'fault.strike') continue
    const key = `${strike.fault} ${strike.site}`
    if (!struckAt.has(key)) struckAt.set(key, strike.seq)
  }
  const begins = new Map<string, number>()
  for (const record of records) {
    const begin = known(record)
    if (begin.kind === 'fault.begin') begins.set(`${begin.fault} ${begin.service}`, begin.seq)
  }
  const orderOf = (fault: Fault): number => {
    if (fault.at === undefined) return begins.get(`${fault.kind} ${fault.service ?? ''}`) ?? 0
    const { base, occurrence } = parseSite(fault.at)
    return struckAt.get(`${fault.kind} ${siteName(base, occurrence)}`) ?? Number.POSITIVE_INFINITY
  }
  return faults
    .map(fault => ({ fault, order: orderOf(fault) }))
    .sort((a, b) => (a.order === b.order ? 0 : a.order - b.order))
    .map(({ fault }) => fault)
}
