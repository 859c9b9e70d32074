/**
 * The errors of an event store that its callers are expected to handle.
 */
import type { ExpectedStreamVersion } from './event-store.ts'

/** Another writer was first: read the stream again, decide again, and append with the new version. */
export class ExpectedVersionConflictError extends Error {
  override readonly name = 'ExpectedVersionConflictError'
  constructor(
    readonly stream: string,
    readonly expected: ExpectedStreamVersion,
    /** The version the stream had; 0 when it did not exist. */
    readonly actual: number,
  ) {
    super(`${stream} is at version ${actual}, but the append expected ${expected}`)
  }
}

/**
 * No answer came in time. The append may have happened: whoever repeats it without an expected version
 * may write the same events twice.
 */
export class EventStoreTimeoutError extends Error {
  override readonly name = 'EventStoreTimeoutError'
  constructor(
    readonly stream: string,
    readonly timeoutMs: number,
  ) {
    super(`no answer to the append to ${stream} within ${timeoutMs} ms; it may have happened`)
  }
}
