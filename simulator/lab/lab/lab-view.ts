/**
 * What every part of the lab is given: the run, the moment that is shown, and how to change either.
 */
import type { RunRequest, RunResult } from '../worker/protocol.ts'
import type { LabLink } from './lab-link.ts'

export interface LabView {
  readonly link: LabLink
  /** The request that `run` answers. */
  readonly request: RunRequest
  readonly run: RunResult
  /** The run of `link.comparedWith`, when there is one. */
  readonly other?: RunResult
  /** How many records have happened at the moment that is shown: `run.records[seq - 1]` is the last; 0 at the beginning. */
  readonly seq: number
  /** Virtual milliseconds of the moment that is shown. */
  readonly atMs: number
  /** True while a newer plan is being executed; `run` is still the one before. */
  readonly isPending: boolean
  /** Shows another moment. */
  seek(seq: number): void
  /** Changes what is run or looked at; the address bar follows. A new plan re-executes the run from its beginning. */
  change(part: Partial<LabLink>): void
}
