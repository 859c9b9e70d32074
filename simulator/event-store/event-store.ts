/**
 * The port of an event store: append-only streams with optimistic concurrency, and one global order over all of them.
 *
 * Versions count from 1: the third event of a stream has stream version 3, and a stream without events has version 0
 * and does not exist. Global positions count from 1 as well. Both are what a reader has *seen*: reading on from
 * position 7 is `readAll({ after: 7 })`.
 *
 * One interface serves both stores: code that awaits every answer runs on either. The store on SQLite
 * answers at once (`SynchronousEventStore`), because better-sqlite3 does and because an append that must be atomic
 * with an outbox row has to happen inside one synchronous `db.transaction`.
 */

/** The stream must have at least one event. */
export const STREAM_EXISTS = 'STREAM_EXISTS'
/** The stream must have no event yet; the same as expecting version 0. */
export const STREAM_DOES_NOT_EXIST = 'STREAM_DOES_NOT_EXIST'
/** Append whatever the version is; also what an append without an expectation does. */
export const NO_CONCURRENCY_CHECK = 'NO_CONCURRENCY_CHECK'

/** What an append requires of its stream: an exact version, or one of the three constants. */
export type ExpectedStreamVersion =
  | number
  | typeof STREAM_EXISTS
  | typeof STREAM_DOES_NOT_EXIST
  | typeof NO_CONCURRENCY_CHECK

/**
 * An event as its author writes it. `data` and `metadata` are stored as JSON; a value that JSON would change or
 * drop (a Date, a bigint, a Map, NaN, undefined) is refused, so that what is read is what was written.
 */
export interface NewEvent<Type extends string = string, Data = unknown> {
  readonly type: Type
  readonly data: Data
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Given by the store unless told. The store does not compare ids: it is the expected version that stops a repeated append. */
  readonly id?: string
}

/** What the store adds to an event. */
export interface Recorded {
  readonly id: string
  readonly stream: string
  /** 1 for the first event of its stream. */
  readonly streamVersion: number
  /** Its place among the events of all streams. */
  readonly globalPosition: number
  /** Milliseconds since the Unix epoch. */
  readonly recordedAt: number
}

export type RecordedEvent<E extends NewEvent = NewEvent> = E & Recorded

export interface AppendOptions {
  /** Default: NO_CONCURRENCY_CHECK. */
  readonly expectedStreamVersion?: ExpectedStreamVersion
}

export interface AppendResult {
  /** The version of the stream now: what the next append should expect. */
  readonly nextExpectedStreamVersion: number
  /** True when these were the first events of the stream. */
  readonly createdNewStream: boolean
  /** Global position of the stream's last event; 0 when it has none (an empty append to a stream that does not exist). */
  readonly lastGlobalPosition: number
}

/** A range of stream versions, both ends inclusive; whatever lies outside the stream is simply not there. */
export interface ReadStreamOptions {
  readonly from?: number
  readonly to?: number
  readonly maxCount?: number
}

export interface ReadStreamResult<E extends NewEvent = NewEvent> {
  readonly events: RecordedEvent<E>[]
  /** The version of the whole stream, whatever part of it was read. */
  readonly currentStreamVersion: number
  readonly streamExists: boolean
}

export interface ReadAllOptions {
  /** Only events behind this global position; default 0, from the beginning. */
  readonly after?: number
  readonly maxCount?: number
}

export interface AggregateStreamOptions<State, E extends NewEvent = NewEvent> {
  readonly evolve: (state: State, event: RecordedEvent<E>) => State
  readonly initialState: () => State
  /** Reads only a part: `{ from: snapshot.version + 1 }` on top of a snapshot as the initial state. */
  readonly read?: ReadStreamOptions
}

export interface AggregateStreamResult<State> {
  readonly state: State
  readonly currentStreamVersion: number
  readonly streamExists: boolean
}

type Awaitable<T> = T | Promise<T>

export interface EventStore {
  /**
   * Appends all of `events` or none of them. No events: nothing is written, but the expectation is still checked.
   * Throws ExpectedVersionConflictError when the stream is not as expected.
   */
  appendToStream(
    stream: string,
    events: readonly NewEvent[],
    options?: AppendOptions,
  ): Awaitable<AppendResult>
  /** Reads a stream in the order of its versions; one that does not exist is empty. */
  readStream<E extends NewEvent = NewEvent>(
    stream: string,
    options?: ReadStreamOptions,
  ): Awaitable<ReadStreamResult<E>>
  /** Reads the events of all streams in the order of their global positions. */
  readAll<E extends NewEvent = NewEvent>(options?: ReadAllOptions): Awaitable<RecordedEvent<E>[]>
  /** Folds a stream into a state. */
  aggregateStream<State, E extends NewEvent = NewEvent>(
    stream: string,
    options: AggregateStreamOptions<State, E>,
  ): Awaitable<AggregateStreamResult<State>>
  streamExists(stream: string): Awaitable<boolean>
}

/** An event store that answers at once, so that it can be used inside `db.transaction(() => { … })`. */
export interface SynchronousEventStore extends EventStore {
  appendToStream(stream: string, events: readonly NewEvent[], options?: AppendOptions): AppendResult
  readStream<E extends NewEvent = NewEvent>(stream: string, options?: ReadStreamOptions): ReadStreamResult<E>
  readAll<E extends NewEvent = NewEvent>(options?: ReadAllOptions): RecordedEvent<E>[]
  aggregateStream<State, E extends NewEvent = NewEvent>(
    stream: string,
    options: AggregateStreamOptions<State, E>,
  ): AggregateStreamResult<State>
  streamExists(stream: string): boolean
}

/** An event store at the other end of a network: every answer takes time. */
export interface RemoteEventStore extends EventStore {
  appendToStream(stream: string, events: readonly NewEvent[], options?: AppendOptions): Promise<AppendResult>
  readStream<E extends NewEvent = NewEvent>(
    stream: string,
    options?: ReadStreamOptions,
  ): Promise<ReadStreamResult<E>>
  readAll<E extends NewEvent = NewEvent>(options?: ReadAllOptions): Promise<RecordedEvent<E>[]>
  aggregateStream<State, E extends NewEvent = NewEvent>(
    stream: string,
    options: AggregateStreamOptions<State, E>,
  ): Promise<AggregateStreamResult<State>>
  streamExists(stream: string): Promise<boolean>
}
