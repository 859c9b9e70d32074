/**
 * What a handler can say about its failure. Any other error it says nothing about: probably a bug.
 */

/** Trying again cannot help. */
export class PermanentError extends Error {
  override readonly name: string = 'PermanentError'
  readonly isPermanent = true

  /** By its mark, so that an error counts as one also when it comes from another copy of this module, as in a bundle. */
  static override [Symbol.hasInstance](error: unknown): error is PermanentError {
    return error instanceof Error && 'isPermanent' in error && error.isPermanent === true
  }
}

/** It will heal without anybody touching the message. */
export class TransientError extends Error {
  override readonly name: string = 'TransientError'
  readonly isTransient = true

  static override [Symbol.hasInstance](error: unknown): error is TransientError {
    return error instanceof Error && 'isTransient' in error && error.isTransient === true
  }
}
