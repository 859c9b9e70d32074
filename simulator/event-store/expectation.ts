/**
 * Whether a stream is as an append expects it.
 */
import { WorkbenchError } from '#simulator/world/errors.ts'
import { ExpectedVersionConflictError } from './errors.ts'
import {
  type ExpectedStreamVersion,
  NO_CONCURRENCY_CHECK,
  STREAM_DOES_NOT_EXIST,
  STREAM_EXISTS,
} from './event-store.ts'

/** Throws ExpectedVersionConflictError unless a stream at version `actual` (0: it does not exist) is as expected. */
export function requireExpected(stream: string, expected: ExpectedStreamVersion, actual: number): void {
  if (!isAsExpected(expected, actual)) throw new ExpectedVersionConflictError(stream, expected, actual)
}

function isAsExpected(expected: ExpectedStreamVersion, actual: number): boolean {
  switch (expected) {
    case NO_CONCURRENCY_CHECK:
      return true
    case STREAM_EXISTS:
      return actual > 0
    case STREAM_DOES_NOT_EXIST:
      return actual === 0
  }
  // A bigint, a numeric string or NaN equals no version, and a caller who retries on conflicts would do so for ever.
  if (!Number.isSafeInteger(expected) || expected < 0)
    throw new WorkbenchError(
      'bad-expected-version',
      `the expected stream version is ${String(expected)} (${typeof expected}), which no stream can have`,
      'Pass the version that a read reported (0 for a stream that does not exist), or STREAM_EXISTS, STREAM_DOES_NOT_EXIST or NO_CONCURRENCY_CHECK.',
    )
  return expected === actual
}
