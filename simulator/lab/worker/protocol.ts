/**
 * What the page and the worker that simulates say to each other. Everything is plain data, and everything shown about a run is
 * derived from `(scenario, plan)`: the same request always gets the same answer.
 */
import type { Mistake } from '#simulator/explore/check.ts'
import type { Explanation } from '#simulator/explore/explain.ts'
import type { Progress, Verdict } from '#simulator/explore/judge.ts'
import type { Trouble } from '#simulator/explore/run-plan.ts'
import type { Diagnosis } from '#simulator/explore/signature.ts'
import type { Cell } from '#simulator/explore/table-cell.ts'
import type { Plan } from '#simulator/faults/plan.ts'
import type { BrokenGuarantee } from '#simulator/scenario/judge.ts'
import type { FlowRun } from '#simulator/shop/flow-table.ts'
import type { Fault, TraceRecord } from '#simulator/world/runtime.ts'
import type { VisitedSite } from '#simulator/world/sites.ts'

/** What is run: the shop on the reference services, the services of an exercise around one answer, or many messages. */
export type ScenarioRef =
  | { readonly kind: 'shop'; readonly orders: number }
  /** @param answer `yours`, `starter`, `solution` or a mistake's name */
  | { readonly kind: 'exercise'; readonly exercise: string; readonly answer: string }
  | { readonly kind: 'rush'; readonly messages: number }

export interface RunRequest {
  readonly scenario: ScenarioRef
  readonly plan: Plan
}

/** What there is in a scenario, before anything runs. */
export interface Topology {
  /** In the scenario's order; `database` is the name of the one a service opens. */
  readonly services: readonly { readonly name: string; readonly database: string }[]
  readonly topics: readonly { readonly topic: string; readonly partitions: number }[]
  readonly parties: readonly string[]
  readonly readModels: readonly string[]
  readonly guarantees: readonly { readonly name: string; readonly promise: string }[]
}

export interface RunResult {
  readonly topology: Topology
  /** The whole trace, in order of `seq` (1, 2, 3, …). */
  readonly records: readonly TraceRecord[]
  /** SHA-256 of the trace, as the command line prints it. */
  readonly traceHash: string
  readonly holds: boolean
  readonly violations: readonly BrokenGuarantee[]
  readonly trouble?: Trouble
  readonly virtualMs: number
  readonly healedAtMs: number
  /** Where a fault could have struck. */
  readonly sites: readonly VisitedSite[]
  /** Faults at sites the run never came by. */
  readonly unstruck: readonly Fault[]
  /** The file that was run, for an exercise; its content's hash. */
  readonly answer?: { readonly file: string; readonly content: string }
  /** Real milliseconds in the worker. */
  readonly realMs: number
}

/** A table as it stood after a commit. */
export interface TableSnapshot {
  /** `seq` of the commit; 0 for the beginning. */
  readonly seq: number
  readonly t: number
  readonly rows: readonly (readonly (string | number | null)[])[]
}

export interface TableHistory {
  readonly database: string
  readonly table: string
  readonly columns: readonly string[]
  /** In order; one for each commit that changed the table, fewer where there are very many. */
  readonly snapshots: readonly TableSnapshot[]
}

/** The verdict of a check, as `npm run check` gives it. */
export interface Judgement {
  readonly exercise: string
  readonly answer: string
  readonly file: string
  readonly content?: string
  readonly holds: boolean
  /** Set when the file could not be judged at all. */
  readonly refused?: Trouble
  readonly verdict?: Verdict
  readonly diagnosis?: Diagnosis & { readonly mistake?: Mistake }
  /** One for each counterexample that can be watched. */
  readonly explanations: readonly Explanation[]
  readonly realMs: number
}

/** The rows of an exercise's failure table, before anything has run. */
export interface TableRows {
  readonly goal: string
  readonly rows: readonly { readonly family: string; readonly title: string }[]
}

/** One answer's column of an exercise's failure table. */
export interface ColumnResult {
  readonly answer: string
  readonly refused?: Trouble
  /** One for each row of the table, in their order. */
  readonly rows: readonly ColumnCell[]
}

export interface ColumnCell {
  readonly family: string
  readonly title: string
  readonly cell: Cell
  /** The run to look at: the cell's example, or where all is right the first that was tried. */
  readonly shown?: ShownRun
}

export interface ShownRun {
  readonly plan: Plan
  /** `seq` of the record with which the first fault strikes or begins; undefined when none does. */
  readonly at?: number
  /** What the first broken guarantee is about. */
  readonly subject?: string
}

/** A run of the shop in the numbers of its failure table. */
export interface FlowResult extends FlowRun {
  readonly shown: ShownRun
}

/** What can be asked: the request, the answer, and what may be told in between. */
export interface Calls {
  /** Refuses (see WorkbenchError) a plan that names what is not there. */
  run: { request: RunRequest; answer: RunResult; progress: never }
  /** The tables of all databases, by the names of the databases. */
  tables: { request: RunRequest; answer: Readonly<Record<string, readonly string[]>>; progress: never }
  tableHistory: {
    request: RunRequest & { readonly database: string; readonly table: string }
    answer: TableHistory
    progress: never
  }
  judge: {
    request: {
      readonly exercise: string
      readonly answer: string
      readonly samples?: number
      readonly maxPairs?: number
    }
    answer: Judgement
    progress: Progress
  }
  explain: {
    request: RunRequest & { readonly guarantee: string }
    answer: Explanation
    progress: never
  }
  column: {
    request: { readonly exercise: string; readonly answer: string }
    answer: ColumnResult
    progress: never
  }
  tableRows: { request: { readonly exercise: string }; answer: TableRows; progress: never }
  flow: {
    request: { readonly orders: number; readonly plan: Plan }
    answer: FlowResult
    progress: never
  }
}

export type CallName = keyof Calls

export interface Asked<N extends CallName = CallName> {
  readonly id: number
  readonly name: N
  readonly request: Calls[N]['request']
}

/** The first message: where the page lies, as slots are loaded from beside it. */
export interface Welcome {
  readonly base: string
}

/** Nobody waits for this call any more; it is left out unless it has begun. */
export interface Forget {
  readonly forget: number
}

/** A refusal: what a WorkbenchError says. */
export type Refusal = Trouble

export type Told =
  | { readonly type: 'ready' }
  | { readonly type: 'alive' }
  | { readonly type: 'progress'; readonly id: number; readonly progress: unknown }
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly type: 'refused'; readonly id: number; readonly refusal: Refusal }
