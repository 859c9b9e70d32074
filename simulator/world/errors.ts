/**
 * Errors that a person can act on: a code, one sentence, and what to do next.
 */
export class WorkbenchError extends Error {
  override readonly name = 'WorkbenchError'
  /**
   * @param code stable, lower-case, for tests and `--json`: `unknown-site`
   * @param sentence what is wrong and where, as one sentence
   * @param next what to do about it, as one sentence; may be empty
   */
  constructor(
    readonly code: string,
    sentence: string,
    readonly next = '',
  ) {
    super(sentence)
  }
}

/**
 * Thrown through the code of a process that has just crashed in the middle of a synchronous call.
 * Nobody should catch it; whoever does is refused every further effect.
 */
export class ProcessCrashed extends Error {
  override readonly name = 'ProcessCrashed'
  constructor(process: string, site: string) {
    // Collecting a stack trace takes longer than all the rest of a crash, and no one gets to see it.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(`${process} crashed at ${site}`)
    Error.stackTraceLimit = stackTraceLimit
  }
}

/**
 * Under this key a record of a failure carries what was thrown, for whoever listens in the same thread. A symbol, so that it
 * is no part of the trace as text: stacks differ between engines.
 */
export const THROWN: unique symbol = Symbol('thrown')
