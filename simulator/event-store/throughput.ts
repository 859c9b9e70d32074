/**
 * How many appends a second the event stores do, beside what they are built on: for `npm run bench`.
 */
import type { Database } from '#simulator/service.ts'
import type { NewEvent } from './event-store.ts'
import { EventLog } from './log.ts'
import { createMemoryEventStore } from './memory.ts'
import { createSqliteEventStore } from './sqlite.ts'

export interface AppendThroughput {
  readonly what: string
  readonly appendsPerSecond: number
}

const STREAMS = 100

/**
 * Appends one event at a time, to one stream of a hundred after the other, expecting its version.
 * @param openDatabase opens an empty database, wherever its speed is of interest (in memory, say)
 */
export async function measureAppends(
  openDatabase: () => Database,
  appends: number,
): Promise<AppendThroughput[]> {
  const memory = createMemoryEventStore()
  return [
    measure('a Map of arrays', appends, mapOfArrays()),
    measure('event log in memory, synchronous', appends, appendTo(new EventLog())),
    await measureAwaited('event store in memory, awaited', appends, async (stream, event, version) => {
      await memory.appendToStream(stream, [event], { expectedStreamVersion: version })
    }),
    measure('guarded SQL', appends, guardedSql(openDatabase())),
    measure('event store on SQLite', appends, appendTo(createSqliteEventStore(openDatabase()))),
  ]
}

type Append = (stream: string, event: NewEvent, version: number) => void

function appendTo(store: Pick<EventLog, 'appendToStream'>): Append {
  return (stream, event, version) =>
    void store.appendToStream(stream, [event], { expectedStreamVersion: version })
}

/** The least that could be called an event store. */
function mapOfArrays(): Append {
  const streams = new Map<string, string[]>()
  return (stream, event, version) => {
    const events = streams.get(stream) ?? []
    if (events.length !== version) throw new Error('conflict')
    events.push(JSON.stringify(event))
    streams.set(stream, events)
  }
}

/** What one would write by hand: look, compare, insert, in a transaction of its own. */
function guardedSql(db: Database): Append {
  db.exec('CREATE TABLE events (stream TEXT, version INTEGER, event TEXT, PRIMARY KEY (stream, version))')
  const select = db
    .prepare<[string], number>('SELECT coalesce(max(version), 0) FROM events WHERE stream = ?')
    .pluck()
  const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?)')
  return db.transaction((stream: string, event: NewEvent, version: number) => {
    if (select.get(stream) !== version) throw new Error('conflict')
    insert.run(stream, version + 1, JSON.stringify(event))
  }).immediate
}

function measure(what: string, appends: number, append: Append): AppendThroughput {
  const startedAt = performance.now()
  for (let index = 0; index < appends; index++)
    append(streamOf(index), eventOf(index), Math.floor(index / STREAMS))
  return rate(what, appends, startedAt)
}

async function measureAwaited(
  what: string,
  appends: number,
  append: (...args: Parameters<Append>) => Promise<void>,
): Promise<AppendThroughput> {
  const startedAt = performance.now()
  for (let index = 0; index < appends; index++)
    await append(streamOf(index), eventOf(index), Math.floor(index / STREAMS))
  return rate(what, appends, startedAt)
}

function rate(what: string, appends: number, startedAt: number): AppendThroughput {
  return { what, appendsPerSecond: Math.round((appends * 1000) / (performance.now() - startedAt)) }
}

function streamOf(index: number): string {
  return `order-${index % STREAMS}`
}

function eventOf(index: number): NewEvent {
  return {
    type: 'OrderPlaced',
    data: {
      orderId: streamOf(index),
      lines: [{ sku: 'tea', count: index, priceCents: 450 }],
      totalCents: index * 450,
    },
  }
}
