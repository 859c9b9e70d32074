/**
 * What the desk and the processes that execute plans for it say to each other.
 */

import type { Explanation, ExplanationRequest } from '#simulator/explore/explain.ts'
import type { Measurement } from '#simulator/explore/measure.ts'
import type { RunReport, Trouble } from '#simulator/explore/run-plan.ts'
import type { Plan } from '#simulator/faults/plan.ts'
import type { CompiledSlot } from './compile.ts'

export type ToChild =
  | { readonly type: 'load'; readonly exercise: string; readonly slot: CompiledSlot; readonly root: string }
  | { readonly type: 'run'; readonly plans: readonly Plan[]; readonly wantsSites: boolean }
  /** One plan that a person gave: a site that the run never comes by is a mistake of theirs, and told. */
  | { readonly type: 'replay'; readonly plan: Plan }
  /** For the benchmark: the same runs, and how long each took. */
  | { readonly type: 'time'; readonly plans: readonly Plan[] }
  /** For the failure table: the same runs with a trace. */
  | { readonly type: 'measure'; readonly plans: readonly Plan[] }
  | { readonly type: 'explain'; readonly request: ExplanationRequest }

export type FromChild =
  | { readonly type: 'ready' }
  /** The processes of the scenario in the order in which the world numbers them. */
  | { readonly type: 'loaded'; readonly processes: readonly string[] }
  | { readonly type: 'reports'; readonly reports: readonly PackedReport[] }
  | { readonly type: 'timed'; readonly microseconds: readonly number[] }
  | { readonly type: 'measured'; readonly measurements: readonly Measurement[] }
  | { readonly type: 'explained'; readonly explanation: Explanation }
  | { readonly type: 'refused'; readonly trouble: Trouble }
  /** A defect of ours. */
  | { readonly type: 'broken'; readonly report: string }

/** Most runs hold and every fault of theirs strikes: 0 says so. Otherwise faults travel as positions in the plan. */
export type PackedReport = 0 | (Omit<RunReport, 'struck'> & { readonly struck: readonly number[] })

export function pack(report: RunReport, plan: Plan): PackedReport {
  const { struck, ...rest } = report
  if (
    rest.violations.length === 0 &&
    rest.trouble === undefined &&
    rest.sites === undefined &&
    struck.length === plan.faults.length
  ) {
    return 0
  }
  return { ...rest, struck: struck.map(fault => plan.faults.indexOf(fault)) }
}

export function unpack(packed: PackedReport, plan: Plan): RunReport {
  if (packed === 0) return { violations: [], struck: plan.faults }
  return { ...packed, struck: packed.struck.map(index => plan.faults[index]!) }
}
