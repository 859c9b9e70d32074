/**
 * The port of the event store: append-only streams with optimistic concurrency, and one order over all of them.
 *
 * Versions count from 1: the third event of a stream has version 3, and a stream without events has version 0. Positions
 * are positive and grow over all streams. Both say what a reader has *seen*: `readAll({ after: 7 })` goes on from position 7.
 */

/** An event as its author writes it. `data` and `metadata` are JSON; the id is the author's, and the store decides nothing by it. */
export interface NewEvent {
  readonly id: string
  readonly type: string
  readonly data: unknown
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** What the store adds. */
export interface RecordedEvent extends NewEvent {
  readonly stream: string
  /** 1 for the first event of its stream. */
  readonly streamVersion: number
  /** Its place among the events of all streams. Later ones are greater; there may be gaps. */
  readonly globalPosition: number
}

export interface AppendOptions {
  /** The version the stream must have: what the writer has read. Without it, any. 0: the stream must not exist yet. */
  readonly expectedStreamVersion?: number | undefined
}

export interface EventStore {
  /**
   * Appends all of `events`, or none of them. In a transaction that the caller has open on the same database it takes part in that.
   * @returns the version of the stream afterwards: what the next append should expect
   * @throws ExpectedVersionConflictError when the stream does not have the expected version
   */
  appendToStream(
    stream: string,
    events: readonly NewEvent[],
    options?: AppendOptions,
  ): { nextExpectedStreamVersion: number }
  /** The events of one stream in the order of their versions; none for a stream that does not exist. */
  readStream(stream: string): { events: RecordedEvent[]; currentStreamVersion: number }
  /** The events of all streams behind a position (default 0), in the order of their positions, at most `maxCount` (default: all). */
  readAll(options?: { after?: number; maxCount?: number }): RecordedEvent[]
}

/** Somebody else has appended since the version was read: read again, decide again. */
export class ExpectedVersionConflictError extends Error {
  override readonly name = 'ExpectedVersionConflictError'
  constructor(stream: string, expected: number, actual: number) {
    super(`${stream} is at version ${actual}, not ${expected}`)
  }
}
