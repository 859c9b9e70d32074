import { describe, expect, it } from 'vitest'
import type { Database } from '#simulator/service.ts'
import { defaultEngine } from '#simulator/sqlite/default-engine.ts'
import { createWallClock } from '#simulator/world/wall-clock.ts'
import { createDatabases } from './databases.ts'
import { createDatabasePool } from './pool.ts'

const SCHEMA = 'CREATE TABLE IF NOT EXISTS stock (product TEXT PRIMARY KEY, level INTEGER)'

/** Counts the connections and the prepared statements that runs really cost. */
function countedPool() {
  const counts = { opened: 0, prepared: 0 }
  const pool = createDatabasePool({
    ...defaultEngine,
    open(image) {
      counts.opened++
      const connection = defaultEngine.open(image)
      const { prepare } = connection
      connection.prepare = sql => {
        counts.prepared++
        return prepare(sql)
      }
      return connection
    },
  })
  const run = (use: (db: Database) => void) => {
    const databases = createDatabases(createWallClock(), { pool })
    use(databases.open('inventory'))
    databases.release()
  }
  return { counts, run }
}

const sell = (db: Database) => {
  db.pragma('foreign_keys = ON')
  db.exec(SCHEMA)
  db.function('twice', (value: number) => value * 2)
  db.prepare('INSERT INTO stock VALUES (?, twice(?))').run('lamp', 1)
  expect(db.prepare('SELECT level FROM stock').pluck().all()).toEqual([2])
  // An iteration left open and a bound statement must not cost the connection.
  db.prepare('SELECT * FROM stock').iterate().next()
  db.prepare('SELECT ?').bind(1).get()
}

describe('a pool of databases', () => {
  it('opens and prepares once for runs that set up the same', () => {
    const { counts, run } = countedPool()
    run(sell)
    const first = { ...counts }
    for (let round = 0; round < 10; round++) run(sell)
    // One for each bound statement, and what the first reset prepares.
    expect(counts.opened).toBe(first.opened)
    expect(counts.prepared).toBeLessThanOrEqual(first.prepared + 13)
  })

  it('prepares a text once, however often a handler does it', () => {
    const { counts, run } = countedPool()
    run(db => {
      db.exec(SCHEMA)
      const count = () => db.prepare('SELECT count(*) FROM stock').pluck().get()
      count()
      const { prepared } = counts
      for (let round = 0; round < 10; round++) count()
      expect(counts.prepared).toBe(prepared)
    })
  })

  const ALTER = 'ALTER TABLE stock ADD COLUMN shelf TEXT'
  it.each<[string, (db: Database) => void]>([
    ['exec', db => db.exec(ALTER)],
    ['a prepared statement', db => void db.prepare(ALTER).run()],
    ['a transaction', db => void db.transaction(() => db.exec(ALTER))()],
    // Tables the analyzer has statistics of are made by a pragma that assigns nothing.
    ['PRAGMA optimize', db => void db.pragma('optimize')],
    ['a prepared PRAGMA optimize', db => void db.prepare('PRAGMA optimize').run()],
  ])('does not keep a database whose definitions were changed by %s after its first row', (_, change) => {
    const { counts, run } = countedPool()
    const sellThen = (change: (db: Database) => void) => (db: Database) => {
      db.exec(SCHEMA)
      const insert = db.prepare('INSERT INTO stock VALUES (?, 1)')
      for (let product = 0; product < 100; product++) insert.run(`lamp-${product}`)
      change(db)
    }
    run(sellThen(change))
    run(sellThen(db => db.exec(SCHEMA)))
    const { opened } = counts
    run(sellThen(db => db.exec('CREATE TABLE IF NOT EXISTS stock (another TEXT)')))
    expect(opened).toBe(2)
    expect(counts.opened).toBe(2)
  })

  it('keeps a connection for each way of setting up, whatever order runs come in', () => {
    const { counts, run } = countedPool()
    const more = (db: Database) => {
      db.exec(SCHEMA)
      db.prepare('SELECT count(*) FROM stock').get()
      db.exec('CREATE TABLE IF NOT EXISTS position (value INTEGER)')
      db.prepare('INSERT INTO position VALUES (1)').run()
    }
    const less = (db: Database) => {
      db.exec(SCHEMA)
      expect(() => db.prepare('SELECT * FROM position')).toThrow(/no such table/)
      db.prepare("INSERT INTO stock VALUES ('lamp', 1)").run()
    }
    for (const use of [more, less]) run(use)
    const { opened } = counts
    for (const use of [less, more, more, less, more]) run(use)
    expect(counts.opened).toBe(opened)
  })

  it('does not hand on a connection whose definitions changed in mid-run', () => {
    const { run } = countedPool()
    run(db => {
      db.exec(SCHEMA)
      db.prepare("INSERT INTO stock VALUES ('lamp', 1)").run()
      db.exec('ALTER TABLE stock ADD COLUMN color')
    })
    run(db => {
      db.exec(SCHEMA)
      expect(() => db.prepare('SELECT color FROM stock')).toThrow(/no such column/)
    })
  })

  it('takes back a transaction that a run left open, and refuses its handle from then on', () => {
    const { run } = countedPool()
    let stale: Database | undefined
    run(db => {
      stale = db
      db.exec(SCHEMA)
      db.exec("BEGIN; INSERT INTO stock VALUES ('lamp', 1)")
    })
    run(db => {
      db.exec(SCHEMA)
      expect(db.prepare('SELECT * FROM stock').all()).toEqual([])
      expect(() => stale?.exec('COMMIT')).toThrow()
    })
  })
})
