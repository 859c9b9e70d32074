/**
 * When V8 optimises. What a first verdict runs is over before optimised code pays for itself, and compiling it takes the very
 * cores that the runs need; whoever runs thousands wants it all the same. So a process starts patient, and later is not.
 */
import { setFlagsFromString } from 'node:v8'

/** How much a function may do before it is optimised, in bytes of bytecode. */
const LATE = 1_000_000
/** V8's own in Node 20. */
const USUAL = 135_168
/** About what one process executes for a first verdict. */
const FIRST_RUNS = 300

/** For the command line of a process that calls `countRun`. */
export const LATE_OPTIMISATION = `--interrupt-budget=${LATE}`

let runs = 0

/** To be called for every run. */
export function countRun(): void {
  runs++
  if (runs === FIRST_RUNS) setFlagsFromString(`--interrupt-budget=${USUAL}`)
}
