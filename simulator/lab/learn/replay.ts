/**
 * What has become of a plan that broke an earlier version of a file.
 */
import type { Refusal, RunResult } from '../worker/protocol.ts'
import type { Change } from './difference.ts'

/** Refusals of plans that name a place which the run does not come by. */
const MISSES: ReadonlySet<string> = new Set(['unknown-site', 'misplaced-fault'])

/** @returns undefined while the run is not over; a clause that goes on from "the plan that broke it before …" */
export function sayReplay(
  run: Pick<RunResult, 'holds' | 'violations' | 'trouble' | 'unstruck'> | undefined,
  refusal: Refusal | undefined,
): Change | undefined {
  if (refusal !== undefined && !MISSES.has(refusal.code)) {
    return { mark: 'other', text: `cannot be replayed: ${refusal.sentence}` }
  }
  if (refusal !== undefined || (run?.unstruck.length ?? 0) > 0) {
    return { mark: 'other', text: 'can no longer strike: the run does not come by that place any more.' }
  }
  if (run === undefined) return undefined
  if (run.trouble !== undefined) return { mark: 'worse', text: `ends in trouble: ${run.trouble.sentence}` }
  if (run.holds) return { mark: 'better', text: 'breaks nothing now.' }
  const [first] = run.violations
  return {
    mark: 'worse',
    text: `still breaks ${first?.guarantee ?? 'something'}${first === undefined ? '' : `: ${first.message}`}.`,
  }
}
