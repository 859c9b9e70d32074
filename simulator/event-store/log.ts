/**
 * The streams themselves, in memory: one list of events in global order, and per stream the list of its own.
 */
import { aggregate } from './aggregate.ts'
import { type EncodedEvent, encodeEvent, requireName } from './encode.ts'
import {
  type AggregateStreamOptions,
  type AggregateStreamResult,
  type AppendOptions,
  type AppendResult,
  type ExpectedStreamVersion,
  type NewEvent,
  NO_CONCURRENCY_CHECK,
  type ReadAllOptions,
  type ReadStreamOptions,
  type ReadStreamResult,
  type RecordedEvent,
  type SynchronousEventStore,
} from './event-store.ts'
import { requireExpected } from './expectation.ts'
import { allRange, streamRange } from './range.ts'

export interface EventLogOptions {
  /** Milliseconds since the Unix epoch. */
  readonly now?: () => number
  readonly newId?: () => string
}

/** What one append wrote; `from` is greater than `to` when it wrote nothing. */
export interface Written {
  readonly stream: string
  readonly from: number
  readonly to: number
  readonly firstPosition: number
  readonly lastPosition: number
}

interface StoredEvent extends EncodedEvent {
  readonly stream: string
  readonly streamVersion: number
  readonly globalPosition: number
  readonly recordedAt: number
  committed: boolean
}

interface Stream {
  readonly events: StoredEvent[]
  /** How many of them are committed: always the first ones, since a stream has one writer at a time. */
  committedVersion: number
}

export class EventLog implements SynchronousEventStore {
  readonly #streams = new Map<string, Stream>()
  /** The event at position p is at index p - 1. */
  readonly #events: StoredEvent[] = []
  readonly #now: () => number
  readonly #newId: () => string

  constructor(options: EventLogOptions = {}) {
    this.#now = options.now ?? (() => Date.now())
    this.#newId = options.newId ?? (() => crypto.randomUUID())
  }

  appendToStream(stream: string, events: readonly NewEvent[], options: AppendOptions = {}): AppendResult {
    const written = this.write(stream, this.encode(stream, events), options.expectedStreamVersion)
    return resultOf(written)
  }

  readStream<E extends NewEvent = NewEvent>(
    stream: string,
    options?: ReadStreamOptions,
  ): ReadStreamResult<E> {
    const { from, to, maxCount } = streamRange(options)
    const known = this.#streams.get(stream)
    const currentStreamVersion = known?.committedVersion ?? 0
    const events: RecordedEvent<E>[] = []
    if (known !== undefined) {
      const first = Math.max(from, 1)
      const last = Math.min(to, currentStreamVersion, first + maxCount - 1)
      for (let version = first; version <= last; version++) events.push(decode<E>(known.events[version - 1]!))
    }
    return { events, currentStreamVersion, streamExists: currentStreamVersion > 0 }
  }

  readAll<E extends NewEvent = NewEvent>(options?: ReadAllOptions): RecordedEvent<E>[] {
    const { after, maxCount } = allRange(options)
    const events: RecordedEvent<E>[] = []
    for (let index = Math.max(after, 0); index < this.#events.length && events.length < maxCount; index++) {
      const event = this.#events[index]!
      if (event.committed) events.push(decode<E>(event))
    }
    return events
  }

  aggregateStream<State, E extends NewEvent = NewEvent>(
    stream: string,
    options: AggregateStreamOptions<State, E>,
  ): AggregateStreamResult<State> {
    return aggregate(this.readStream<E>(stream, options.read), options)
  }

  streamExists(stream: string): boolean {
    return (this.#streams.get(stream)?.committedVersion ?? 0) > 0
  }

  /** The first half of an append, at its author's side: what cannot be stored is refused before anything is sent. */
  encode(stream: string, events: readonly NewEvent[]): EncodedEvent[] {
    requireName('stream name', stream)
    return events.map(event => encodeEvent(event, this.#newId))
  }

  /**
   * The second half: checks the expectation and writes all events or none. With `committed` false their versions and
   * positions are taken, but nobody can read them before `commit`.
   * @throws ExpectedVersionConflictError
   */
  write(
    name: string,
    encoded: readonly EncodedEvent[],
    expected: ExpectedStreamVersion = NO_CONCURRENCY_CHECK,
    committed = true,
  ): Written {
    let stream = this.#streams.get(name)
    const version = stream?.events.length ?? 0
    requireExpected(name, expected, version)
    const firstPosition = this.#events.length + 1
    if (encoded.length === 0) {
      const lastPosition = stream?.events.at(-1)?.globalPosition ?? 0
      return { stream: name, from: version + 1, to: version, firstPosition, lastPosition }
    }
    if (stream === undefined) {
      stream = { events: [], committedVersion: 0 }
      this.#streams.set(name, stream)
    }
    const recordedAt = this.#now()
    for (const { id, type, data, metadata } of encoded) {
      const event: StoredEvent = {
        id,
        type,
        data,
        metadata,
        stream: name,
        streamVersion: stream.events.length + 1,
        globalPosition: this.#events.length + 1,
        recordedAt,
        committed,
      }
      stream.events.push(event)
      this.#events.push(event)
    }
    if (committed) stream.committedVersion = stream.events.length
    return {
      stream: name,
      from: version + 1,
      to: stream.events.length,
      firstPosition,
      lastPosition: this.#events.length,
    }
  }

  commit(written: Written): void {
    const stream = this.#streams.get(written.stream)!
    for (let version = written.from; version <= written.to; version++)
      stream.events[version - 1]!.committed = true
    stream.committedVersion = written.to
  }

  /** True while a stream has an uncommitted append: its next writer has to wait. */
  isLocked(name: string): boolean {
    const stream = this.#streams.get(name)
    return stream !== undefined && stream.committedVersion < stream.events.length
  }
}

export function resultOf({ from, to, lastPosition }: Written): AppendResult {
  return {
    nextExpectedStreamVersion: to,
    createdNewStream: from === 1 && to > 0,
    lastGlobalPosition: lastPosition,
  }
}

/** A fresh object per read: a reader that changes what it was given changes nobody's event. */
function decode<E extends NewEvent>(event: StoredEvent): RecordedEvent<E> {
  const { id, type, stream, streamVersion, globalPosition, recordedAt } = event
  const data: unknown = JSON.parse(event.data)
  const recorded = { id, type, data, stream, streamVersion, globalPosition, recordedAt }
  // That the stored type is one of E's is the reader's claim, as with every store that holds events of many kinds.
  return (
    event.metadata === null ? recorded : { ...recorded, metadata: JSON.parse(event.metadata) }
  ) as RecordedEvent<E>
}
