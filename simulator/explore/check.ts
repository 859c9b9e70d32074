/**
 * A check: what an exercise demands, as data and functions. It knows nothing of who judges with it.
 */
import type { Outcome, Scenario } from '#simulator/scenario/scenario.ts'
import type { FaultFamily } from './families.ts'

export interface Check {
  /** The exercise's folder: `12-idempotent-consumer`. */
  readonly exercise: string
  /** The exercise's goal as one short sentence; the first line of its README says the same at length. */
  readonly goal: string
  /** The file a student writes, and what it has to export. */
  readonly slot: { readonly file: string; readonly exports: readonly SlotExport[] }
  /**
   * A new scenario for one run.
   * @param load makes a new instance of the student's file, as a process that starts does: module-level memory begins anew
   */
  scenario(load: () => SlotModule): Scenario
  /** The faults that are tried, in the order in which they are tried and shown. */
  readonly families: readonly FaultFamily[]
  /** Names of the families whose outcomes identify a mistake; all of them unless told. */
  readonly probes?: readonly string[]
  /** How many pairs of faults a verdict tries unless told, where runs are dearer than elsewhere. Default 300. */
  readonly maxPairs?: number
}

export interface SlotExport {
  readonly name: string
  /** How a person would say what it should be: `a function (host: Host) => Promise<void>`. */
  readonly type: 'function' | 'object'
  readonly shape: string
}

/** What a student's file exports. */
export type SlotModule = Readonly<Record<string, unknown>>

/** A known-wrong answer, as its file under `mistakes/` describes it in an export called `mistake`. */
export interface Mistake {
  /** The word for what goes wrong. */
  readonly outcome: Outcome
  /** What the code does, to follow "this behaves like <name>: …". */
  readonly explanation: string
  /** Three hints, from a question to almost the answer. */
  readonly hints: readonly [string, string, string]
}

export function defineCheck(check: Check): Check {
  return check
}
