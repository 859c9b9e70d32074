import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { describeEventStore } from './contract.ts'
import { ExpectedVersionConflictError } from './errors.ts'
import type { NewEvent } from './event-store.ts'
import { createSqliteEventStore } from './sqlite.ts'

describeEventStore('the store on SQLite', () => {
  const db = new Sqlite(':memory:')
  return { store: createSqliteEventStore(db), rival: createSqliteEventStore(db) }
})

describeEventStore('the store on SQLite with bigints', () => {
  const db = new Sqlite(':memory:').defaultSafeIntegers()
  const store = createSqliteEventStore(db)
  return { store, rival: store }
})

const placed: NewEvent = { type: 'OrderPlaced', data: { amountCents: 1200 } }
const paid: NewEvent = { type: 'OrderPaid', data: {} }

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'event-store-'))
  folders.push(folder)
  return join(folder, 'orders.db')
}

function openWithOutbox() {
  const db = new Sqlite(':memory:')
  db.exec('CREATE TABLE outbox (position INTEGER)')
  const store = createSqliteEventStore(db)
  const insert = db.prepare('INSERT INTO outbox VALUES (?)')
  const outbox = () => db.prepare('SELECT position FROM outbox').pluck().all()
  return { db, store, insert, outbox }
}

describe('the store on SQLite', () => {
  test('appends events and an outbox row together, or neither', () => {
    const { db, store, insert, outbox } = openWithOutbox()
    const place = db.transaction((expectedStreamVersion: number) => {
      insert.run(-1)
      const { lastGlobalPosition } = store.appendToStream('order-1', [placed], { expectedStreamVersion })
      insert.run(lastGlobalPosition)
    })
    place(0)
    expect(() => place(0)).toThrow(ExpectedVersionConflictError)
    expect(outbox()).toEqual([-1, 1])
    expect(store.readAll()).toHaveLength(1)

    const placeAndFail = db.transaction(() => {
      store.appendToStream('order-2', [placed])
      throw new Error('the outbox is full')
    })
    expect(placeAndFail).toThrow('the outbox is full')
    expect(store.streamExists('order-2')).toBe(false)
  })

  test('joins a transaction that was begun by hand', () => {
    const { db, store } = openWithOutbox()
    db.exec('BEGIN')
    store.appendToStream('order-1', [placed, paid])
    expect(db.inTransaction).toBe(true)
    db.exec('ROLLBACK')
    expect(store.readAll()).toEqual([])
  })

  test('leaves the caller’s transaction usable after a conflict, without a trace of the batch', () => {
    const { db, store, insert, outbox } = openWithOutbox()
    db.exec(`CREATE TRIGGER refuse BEFORE INSERT ON events WHEN NEW.type = 'Refused'
      BEGIN SELECT raise(ABORT, 'no'); END`)
    db.transaction(() => {
      insert.run(7)
      expect(() => store.appendToStream('order-1', [placed, { type: 'Refused', data: 1 }])).toThrow('no')
    })()
    expect(outbox()).toEqual([7])
    expect(store.readAll()).toEqual([])
  })

  test('lets the unique index decide when somebody got in after the check', () => {
    const { db, store } = openWithOutbox()
    db.exec(`CREATE TRIGGER rival BEFORE INSERT ON events WHEN NEW.id = 'mine'
      BEGIN
        INSERT INTO events (stream, stream_version, id, type, data, recorded_at)
        VALUES (NEW.stream, NEW.stream_version, 'theirs', 'OrderPlaced', '{}', 0);
      END`)
    const append = () => store.appendToStream('order-1', [{ ...placed, id: 'mine' }])
    expect(append).toThrow(ExpectedVersionConflictError)
  })

  test('goes on with the events of an existing file', () => {
    const file = newFile()
    const before = new Sqlite(file)
    createSqliteEventStore(before).appendToStream('order-1', [placed, paid])
    before.close()
    const after = new Sqlite(file)
    const store = createSqliteEventStore(after)
    expect(store.readStream('order-1').events.map(event => event.type)).toEqual(['OrderPlaced', 'OrderPaid'])
    expect(store.appendToStream('order-1', [paid], { expectedStreamVersion: 2 })).toEqual({
      nextExpectedStreamVersion: 3,
      createdNewStream: false,
      lastGlobalPosition: 3,
    })
    after.close()
  })

  test('takes the write lock before it looks at the version, and only once in a transaction', () => {
    const statements: string[] = []
    const db = new Sqlite(':memory:', { verbose: sql => statements.push(String(sql)) })
    const store = createSqliteEventStore(db)
    const begun = () => statements.splice(0).filter(sql => /^(BEGIN|SAVEPOINT)/.test(sql))
    begun()
    store.appendToStream('order-1', [placed])
    expect(begun()).toEqual(['BEGIN IMMEDIATE'])
    db.transaction(() => store.appendToStream('order-1', [paid]))()
    expect(begun()).toEqual(['BEGIN', expect.stringMatching(/^SAVEPOINT/)])
  })

  test('gives a conflict, not SQLITE_BUSY, to the second of two connections', () => {
    const file = newFile()
    const [first, second] = [new Sqlite(file), new Sqlite(file)]
    first.pragma('journal_mode = WAL')
    const [store, rival] = [createSqliteEventStore(first), createSqliteEventStore(second)]
    store.appendToStream('order-1', [placed], { expectedStreamVersion: 0 })
    const late = () => rival.appendToStream('order-1', [placed], { expectedStreamVersion: 0 })
    expect(late).toThrow(ExpectedVersionConflictError)
    expect(rival.appendToStream('order-1', [paid], { expectedStreamVersion: 1 })).toMatchObject({
      nextExpectedStreamVersion: 2,
    })
    first.close()
    second.close()
  })
})
