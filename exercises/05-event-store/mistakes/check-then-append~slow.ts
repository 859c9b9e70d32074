import {
  ExpectedVersionConflictError,
  type NewEvent,
  type RecordedEvent,
} from '#exercises/05-event-store/contract.ts'
import type { Database } from '#simulator/service.ts'

interface Row {
  global_position: number
  stream: string
  stream_version: number
  id: string
  type: string
  data: string
  metadata: string | null
}

export function createEventStore(db: Database) {
  db.exec(`
    CREATE TABLE IF NOT EXISTS events (
      global_position INTEGER PRIMARY KEY AUTOINCREMENT,
      stream TEXT NOT NULL,
      stream_version INTEGER NOT NULL,
      id TEXT NOT NULL,
      type TEXT NOT NULL,
      data TEXT NOT NULL,
      metadata TEXT,
      recorded_at INTEGER NOT NULL
    )
  `)
  const findVersion = db.prepare<[string], { version: number | null }>(
    'SELECT max(stream_version) AS version FROM events WHERE stream = ?',
  )
  const insert = db.prepare(
    'INSERT INTO events (stream, stream_version, id, type, data, metadata, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const findStream = db.prepare<[string], Row>(
    'SELECT * FROM events WHERE stream = ? ORDER BY stream_version',
  )
  const findAll = db.prepare<[number, number], Row>(
    'SELECT * FROM events WHERE global_position > ? ORDER BY global_position LIMIT ?',
  )
  const insertAll = db.transaction((stream: string, events: readonly NewEvent[]) => {
    let version = findVersion.get(stream)?.version ?? 0
    const now = Date.now()
    for (const { id, type, data, metadata } of events) {
      const json = metadata === undefined ? null : JSON.stringify(metadata)
      insert.run(stream, ++version, id, type, JSON.stringify(data), json, now)
    }
    return { nextExpectedStreamVersion: version }
  }).immediate

  async function versionOf(stream: string): Promise<number> {
    return findVersion.get(stream)?.version ?? 0
  }

  return {
    async appendToStream(
      stream: string,
      events: readonly NewEvent[],
      { expectedStreamVersion: expected }: { expectedStreamVersion?: number } = {},
    ) {
      const version = await versionOf(stream)
      if (expected !== undefined && expected !== version)
        throw new ExpectedVersionConflictError(stream, expected, version)
      await new Promise(resolve => setTimeout(resolve, 5))
      return insertAll(stream, events)
    },
    readStream(stream: string) {
      const events = findStream.all(stream).map(toEvent)
      return { events, currentStreamVersion: events.at(-1)?.streamVersion ?? 0 }
    },
    readAll: ({ after = 0, maxCount = -1 }: { after?: number; maxCount?: number } = {}) =>
      findAll.all(after, maxCount).map(toEvent),
  }
}

function toEvent({ global_position, stream, stream_version, id, type, data, metadata }: Row): RecordedEvent {
  const place = { stream, streamVersion: stream_version, globalPosition: global_position }
  const event = { id, type, data: JSON.parse(data) as unknown, ...place }
  return metadata === null ? event : { ...event, metadata: JSON.parse(metadata) as Record<string, unknown> }
}
