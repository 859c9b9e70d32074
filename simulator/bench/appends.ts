/**
 * Appends per second of both event stores, one event at a time with an expected version, beside what they are built on.
 */
import BetterSqlite3 from 'better-sqlite3'
import type { NewEvent } from '#simulator/event-store/event-store.ts'
import { createMemoryEventStore } from '#simulator/event-store/memory.ts'
import { createSqliteEventStore } from '#simulator/event-store/sqlite.ts'
import { createWorld } from '#simulator/world/world.ts'
import type { Variant } from './compare.ts'

const APPENDS = 20_000
const STREAMS = 100

type Append = (stream: string, event: NewEvent, version: number) => unknown

/** The same guard as the store's, written by hand: look, compare, insert, in a transaction. */
function guardedSql(): Append {
  const db = new BetterSqlite3(':memory:')
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

function sqliteStore(): Append {
  const store = createSqliteEventStore(new BetterSqlite3(':memory:'))
  return (stream, event, version) => store.appendToStream(stream, [event], { expectedStreamVersion: version })
}

function appendAll(append: Append): number {
  for (let index = 0; index < APPENDS; index++)
    append(streamOf(index), eventOf(index), Math.floor(index / STREAMS))
  return APPENDS
}

/** The memory store answers over a simulated network: one step an append. */
async function memoryStoreInWorld(): Promise<number> {
  const world = createWorld({ seed: 1 })
  await world.enter(async () => {
    const store = createMemoryEventStore({ runtime: world.runtime })
    world.spawn({
      name: 'writer',
      start: async () => {
        for (let index = 0; index < APPENDS; index++) {
          const expectedStreamVersion = Math.floor(index / STREAMS)
          await store.appendToStream(streamOf(index), [eventOf(index)], { expectedStreamVersion })
        }
      },
    })
    await world.settle()
  })
  return APPENDS
}

const streamOf = (index: number) => `order-${index % STREAMS}`
const eventOf = (index: number): NewEvent => ({
  type: 'OrderPlaced',
  data: {
    orderId: streamOf(index),
    customerId: 'ALFKI',
    lines: [{ productId: '11', quantity: 12, unitPriceCents: 1400 }],
  },
})

export const appends: readonly Variant[] = [
  { name: 'guarded SQL on bare better-sqlite3', work: () => appendAll(guardedSql()) },
  { name: 'event store on SQLite', work: () => appendAll(sqliteStore()) },
  { name: 'a Map of arrays', work: () => appendAll(mapOfArrays()) },
  { name: 'event store in memory, in a world', work: memoryStoreInWorld },
]
