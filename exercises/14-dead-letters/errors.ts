/**
 * What a handler can say about its failure. Any other error it says nothing about: probably a bug.
 */

/** Trying again cannot help. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError'
}

/** It will heal without anybody touching the message. */
export class TransientError extends Error {
  override readonly name = 'TransientError'
}
