/**
 * What the simulator can be asked to do, and what it answers.
 */
import type { BrokenGuarantee } from '#simulator/scenario/judge.ts'
import type { RunSpec } from '#simulator/shop/run-spec.ts'
import type { Signs } from '#simulator/shop/signs.ts'
import type { ShopSummary } from '#simulator/shop/summary.ts'
import type { Fault } from '#simulator/world/runtime.ts'

export interface SimTask {
  readonly spec: RunSpec
  /** File to write the trace to, as NDJSON. */
  readonly trace?: string
  /** File to write a Mermaid sequence diagram to. */
  readonly diagram?: string
  /** The order the diagram is about; default the first that went wrong, else the first. */
  readonly subject?: string
  /** File to write the rows of all read models to, as JSON. */
  readonly readModels?: string
  /** The order whose story to tell. */
  readonly story?: string
  /** Virtual milliseconds between two samples of the read models; 0 for the end only. */
  readonly observeEveryMs: number
  readonly maxVirtualMs?: number
  readonly maxSteps?: number
  /** Whether to count what monitoring would have seen. */
  readonly signs?: boolean
  /** What to do about faults at sites the run never came by. Default `refuse`. */
  readonly unstruck?: 'refuse' | 'ignore'
}

export interface SimResult {
  readonly holds: boolean
  readonly violations: readonly BrokenGuarantee[]
  readonly trouble: { readonly code: string; readonly sentence: string; readonly next: string } | undefined
  readonly traceHash: string
  readonly records: number
  readonly steps: number
  readonly virtualMs: number
  readonly healedAtMs: number
  /** Real milliseconds that the simulation took. */
  readonly realMs: number
  readonly guarantees: number
  /** Faults at sites the run never came by. */
  readonly unstruck: readonly Fault[]
  /** Everything that concerned one order, a line each. */
  readonly story?: string
  /** Present when asked for, unless the run was in trouble. */
  readonly signs?: Signs
  /** Undefined when the run was in trouble. */
  readonly summary: ShopSummary | undefined
}

export interface SimProgress {
  readonly steps: number
  readonly virtualMs: number
  readonly orders: number
}
