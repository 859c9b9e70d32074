/**
 * What each panel is given.
 */
import type { RunRequest, RunResult } from '../../worker/protocol.ts'

export interface PanelProps {
  readonly request: RunRequest
  readonly run: RunResult
  /** The moment that is shown; it may lag behind while one scrubs. */
  readonly seq: number
  readonly subject: string | undefined
  /** The same function from one render to the next. */
  seek(seq: number): void
  choose(subject: string | undefined): void
}
