/**
 * KafkaJS's retrier (kafkajs/src/retry/index.js), left alone until something has failed: it draws two waiting times and makes
 * half a dozen objects before it knows whether it needs any.
 */
import type { RetryOptions } from 'kafkajs'
import createRetry, { type Bail } from 'kafkajs/src/retry/index.js'

/** What KafkaJS's errors have that decide what becomes of them. */
export interface KafkaError extends Error {
  readonly type?: string
  readonly code?: unknown
  readonly retriable?: boolean
}

/** Throws what is to be tried again after a while, and bails out with what is not. */
export type OnError = (
  error: KafkaError,
  bail: Bail,
  retryCount: number,
  retryTime: number,
) => Promise<void> | void

/** The first failure becomes the retrier's first attempt, so that waiting times, their number and the last error are KafkaJS's. */
export async function retry<T>(
  options: RetryOptions | undefined,
  attempt: () => Promise<T>,
  onError: OnError,
): Promise<T> {
  let first: unknown
  try {
    return await attempt()
  } catch (error) {
    first = error
  }
  return createRetry(options)<T>(async (bail, retryCount, retryTime) => {
    try {
      if (retryCount === 0) throw first
      return await attempt()
    } catch (error) {
      await onError(error as KafkaError, bail, retryCount, retryTime)
      // Nobody looks at this: whoever does not throw has bailed out.
      return undefined as T
    }
  })
}
