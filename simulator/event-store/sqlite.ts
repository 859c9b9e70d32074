/**
 * An event store in the caller's own SQLite database, so that events and what belongs to them (an outbox row, an inline
 * projection) are written in one transaction:
 *
 *     db.transaction(() => {
 *       const { lastGlobalPosition } = store.appendToStream('order-7', events, { expectedStreamVersion: 2 })
 *       insertOutboxRow.run(lastGlobalPosition, …)
 *     })()
 *
 * An append joins the transaction that is open on the database, and otherwise makes its own. It is
 * synchronous like better-sqlite3: a conflict thrown inside `db.transaction` rolls back the outbox row too.
 *
 * The events are in the table `events`, which may be read with SQL as well. SQLite has one writer at a time, so
 * positions become visible in their order here, and a gap can only mean that somebody deleted events.
 */
import type { Database } from '#simulator/service.ts'
import { aggregate } from './aggregate.ts'
import { type EncodedEvent, encodeEvent, requireName } from './encode.ts'
import { ExpectedVersionConflictError } from './errors.ts'
import {
  type AggregateStreamOptions,
  type AppendResult,
  type ExpectedStreamVersion,
  type NewEvent,
  NO_CONCURRENCY_CHECK,
  type RecordedEvent,
  type SynchronousEventStore,
} from './event-store.ts'
import { requireExpected } from './expectation.ts'
import { allRange, streamRange } from './range.ts'

/**
 * The version of a stream is `max(stream_version)`, which SQLite finds with one look into the unique index, however
 * long the stream is: https://www.sqlite.org/optoverview.html#minmax. The index also has the last word on who was
 * first, whatever the check before it saw.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS events (
    global_position INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    stream_version INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT,
    recorded_at INTEGER NOT NULL,
    UNIQUE (stream, stream_version)
  )`

interface Row {
  readonly global_position: number
  readonly stream: string
  readonly stream_version: number
  readonly id: string
  readonly type: string
  readonly data: string
  readonly metadata: string | null
  readonly recorded_at: number
}

/** Creates the table `events` unless it is there; a database that has events already goes on where it was. */
export function createSqliteEventStore(db: Database): SynchronousEventStore {
  db.exec(SCHEMA)
  const selectVersion = db.prepare<[string], { version: number | null }>(
    'SELECT max(stream_version) AS version FROM events WHERE stream = ?',
  )
  const selectLastPosition = db.prepare<[string], { position: number }>(
    'SELECT global_position AS position FROM events WHERE stream = ? ORDER BY stream_version DESC LIMIT 1',
  )
  const selectStream = db.prepare<[string, number, number, number], Row>(
    'SELECT * FROM events WHERE stream = ? AND stream_version BETWEEN ? AND ? ORDER BY stream_version LIMIT ?',
  )
  const selectAll = db.prepare<[number, number], Row>(
    'SELECT * FROM events WHERE global_position > ? ORDER BY global_position LIMIT ?',
  )
  // One row per statement: a batch in one statement would run out of SQL variables.
  const insert = db.prepare<[string, number, string, string, string, string | null, number]>(
    'INSERT INTO events (stream, stream_version, id, type, data, metadata, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )

  const currentVersion = (stream: string): number => Number(selectVersion.get(stream)?.version ?? 0)

  function insertAll(stream: string, expected: ExpectedStreamVersion, events: EncodedEvent[]): AppendResult {
    const version = currentVersion(stream)
    requireExpected(stream, expected, version)
    if (events.length === 0) {
      const lastGlobalPosition = Number(selectLastPosition.get(stream)?.position ?? 0)
      return { nextExpectedStreamVersion: version, createdNewStream: false, lastGlobalPosition }
    }
    const recordedAt = Date.now()
    let next = version
    let last: number | bigint = 0
    for (const { id, type, data, metadata } of events)
      last = insert.run(stream, ++next, id, type, data, metadata, recordedAt).lastInsertRowid
    return {
      nextExpectedStreamVersion: next,
      createdNewStream: version === 0,
      lastGlobalPosition: Number(last),
    }
  }

  // Immediate: the write lock is taken before the version is read, or two connections could both read the same one and
  // the second would fail with SQLITE_BUSY instead of a conflict. Inside the caller's transaction it is a savepoint,
  // which keeps the batch atomic for a caller who catches the error and commits.
  const insertAtomically = db.transaction(insertAll).immediate

  const store: SynchronousEventStore = {
    appendToStream(stream, events, { expectedStreamVersion = NO_CONCURRENCY_CHECK } = {}) {
      requireName('stream name', stream)
      const encoded = events.map(event => encodeEvent(event, newId))
      try {
        return insertAtomically(stream, expectedStreamVersion, encoded)
      } catch (error) {
        if (!violatesUniqueness(error)) throw error
        throw new ExpectedVersionConflictError(stream, expectedStreamVersion, currentVersion(stream))
      }
    },
    readStream<E extends NewEvent>(stream: string, options = {}) {
      const { from, to, maxCount } = streamRange(options)
      const currentStreamVersion = currentVersion(stream)
      // Another connection may append between the two reads; its events stay out, so that both say the same.
      const last = Math.min(to, currentStreamVersion)
      const events = selectStream.all(stream, from, last, maxCount).map(row => recordedEvent<E>(row))
      return { events, currentStreamVersion, streamExists: currentStreamVersion > 0 }
    },
    readAll<E extends NewEvent>(options = {}) {
      const { after, maxCount } = allRange(options)
      return selectAll.all(after, maxCount).map(row => recordedEvent<E>(row))
    },
    aggregateStream<State, E extends NewEvent>(stream: string, options: AggregateStreamOptions<State, E>) {
      return aggregate(store.readStream<E>(stream, options.read), options)
    },
    streamExists: stream => currentVersion(stream) > 0,
  }
  return store
}

const newId = (): string => crypto.randomUUID()

function violatesUniqueness(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_CONSTRAINT_UNIQUE'
}

/** Numbers go through Number() because the database's owner may have asked for bigints (`defaultSafeIntegers`). */
function recordedEvent<E extends NewEvent>(row: Row): RecordedEvent<E> {
  const recorded = {
    id: row.id,
    type: row.type,
    data: JSON.parse(row.data) as unknown,
    stream: row.stream,
    streamVersion: Number(row.stream_version),
    globalPosition: Number(row.global_position),
    recordedAt: Number(row.recorded_at),
  }
  // That the stored type is one of E's is the reader's claim, as with every store that holds events of many kinds.
  return (
    row.metadata === null ? recorded : { ...recorded, metadata: JSON.parse(row.metadata) }
  ) as RecordedEvent<E>
}
