import { describe, expect, it } from 'vitest'
import type { Database } from '#simulator/service.ts'
import { ProcessCrashed } from '#simulator/world/errors.ts'
import type { Fault, TraceRecord } from '#simulator/world/runtime.ts'
import { createWorld, type World } from '#simulator/world/world.ts'
import { createDatabases, type Databases } from './databases.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS stock (product TEXT PRIMARY KEY, level INTEGER);
  CREATE TABLE IF NOT EXISTS processed (id TEXT PRIMARY KEY)`

interface Run {
  readonly world: World
  readonly databases: Databases
  readonly records: Record<string, unknown>[]
  readonly committed: unknown[]
}

/** Runs one service, `inventory`, and whatever else `more` spawns; reads the stock when all is over. */
async function run(
  faults: readonly Fault[],
  start: (db: Database, incarnation: number, world: World) => void | Promise<void>,
  more?: (world: World, databases: Databases) => void,
): Promise<Run> {
  const records: Record<string, unknown>[] = []
  const onRecord = (record: TraceRecord) => void records.push({ ...record })
  const world = createWorld({ seed: 1, faults, onRecord })
  const databases = createDatabases(world.runtime)
  let committed: unknown[] = []
  await world.enter(async () => {
    world.spawn({
      name: 'inventory',
      start: async process => {
        const db = databases.open('inventory')
        db.exec(SCHEMA)
        world.runtime.context.subject = 'order-7'
        await start(db, process.incarnation, world)
      },
    })
    more?.(world, databases)
    await world.settle()
    world.heal()
    await world.settle()
    committed = databases.inspect('inventory').prepare('SELECT product, level FROM stock').raw().all()
  })
  databases.release()
  return { world, databases, records, committed }
}

function ofKind(records: readonly Record<string, unknown>[], prefix: string): Record<string, unknown>[] {
  return records
    .filter(({ kind }) => String(kind).startsWith(prefix))
    .map(({ seq, t, cause, process, ...fields }) => fields)
}

/** Counts and remembers in one transaction, and only in the first life. */
function sellOnce(db: Database, incarnation: number): void {
  if (incarnation > 1) return
  db.transaction(() => {
    db.prepare('INSERT INTO processed VALUES (?)').run('order-7')
    db.prepare("INSERT INTO stock VALUES ('lamp', 1)").run()
  })()
}

const crash = (at: string, when?: string): Fault => ({ kind: 'crash', at, ...(when && { when }) })

describe('sites', () => {
  it('are named by process, verb, table and subject', async () => {
    const { world } = await run([], db => {
      sellOnce(db, 1)
      db.prepare('WITH x AS (SELECT 1) UPDATE stock SET level = 2').run()
      db.prepare('SELECT level FROM main.stock').all()
      db.prepare('INSERT OR IGNORE INTO "processed" VALUES (?)').run('order-7')
      db.exec("DELETE FROM processed; DELETE FROM processed WHERE id = 'x'")
      for (const _ of db.prepare('SELECT * FROM (SELECT id FROM processed)').iterate()) {
      }
      db.pragma('user_version')
    })
    expect([...world.sites.entries()]).toEqual([
      ['inventory/create stock', 1],
      ['inventory/insert processed order-7', 2],
      ['inventory/insert stock order-7', 1],
      ['inventory/commit order-7', 1],
      ['inventory/update stock order-7', 1],
      ['inventory/select stock order-7', 1],
      ['inventory/delete processed order-7', 2],
      ['inventory/select processed order-7', 1],
    ])
  })

  it('make no site of a commit without writes', async () => {
    const { world } = await run(
      [],
      db => void db.transaction(() => db.prepare('SELECT * FROM stock').all())(),
    )
    expect([...world.sites.entries()].map(([base]) => base)).not.toContain('inventory/commit order-7')
  })
})

describe('a crash', () => {
  it.each([
    ['before a statement', crash('inventory/insert stock order-7#1', 'before'), []],
    ['after a statement in a transaction', crash('inventory/insert stock order-7#1', 'after'), []],
    ['before the commit', crash('inventory/commit order-7#1', 'before'), []],
    ['after the commit', crash('inventory/commit order-7#1', 'after'), [['lamp', 1]]],
  ])('%s keeps what was committed and nothing else', async (_, fault, expected) => {
    const { committed, records } = await run([fault], sellOnce)
    expect(committed).toEqual(expected)
    expect(records.filter(({ kind }) => kind === 'process.start')).toHaveLength(2)
  })

  it('after a statement outside a transaction keeps it, before does not', async () => {
    const sell = (db: Database, incarnation: number) => {
      if (incarnation === 1) db.prepare("INSERT INTO stock VALUES ('lamp', 1)").run()
    }
    expect((await run([crash('inventory/insert stock order-7#1', 'after')], sell)).committed).toHaveLength(1)
    expect((await run([crash('inventory/insert stock order-7#1', 'before')], sell)).committed).toHaveLength(0)
  })

  it('refuses the dead process every later call, also to code that catches everything', async () => {
    const errors: unknown[] = []
    const { committed } = await run(
      [crash('inventory/insert stock order-7#1', 'before')],
      (db, incarnation) => {
        if (incarnation > 1) return
        const read = db.prepare('SELECT * FROM stock')
        const calls = [
          () => sellOnce(db, 1),
          () => db.exec("INSERT INTO stock VALUES ('desk', 1)"),
          () => read.all(),
          () => db.prepare('SELECT 1'),
          () => db.pragma('user_version'),
          () => db.transaction(() => 1)(),
        ]
        for (const call of calls) {
          try {
            call()
          } catch (error) {
            errors.push(error)
          }
        }
      },
    )
    expect(errors).toHaveLength(6)
    expect(errors.every(error => error instanceof ProcessCrashed)).toBe(true)
    expect(committed).toEqual([])
  })

  it('at another moment rolls back a transaction left open, and frees the lock', async () => {
    const { committed, records } = await run(
      [{ kind: 'crash', service: 'inventory', from: 50 }],
      async (db, incarnation) => {
        if (incarnation > 1) return void db.prepare("INSERT INTO stock VALUES ('second', 2)").run()
        db.exec("BEGIN; INSERT INTO stock VALUES ('first', 1)")
        for (const _ of db.prepare('SELECT 1').iterate()) await new Promise(() => {})
      },
    )
    expect(committed).toEqual([['second', 2]])
    expect(ofKind(records, 'db.rollback')).toEqual([
      { kind: 'db.rollback', database: 'inventory', writes: ['insert stock'] },
    ])
  })
})

describe('records', () => {
  it('tell of every commit that changed rows, and of no other', async () => {
    const { records } = await run([], db => {
      sellOnce(db, 1)
      db.prepare('INSERT OR IGNORE INTO processed VALUES (?)').run('order-7')
      db.transaction(() => db.prepare('DELETE FROM stock WHERE level > 9').run())()
      db.exec("UPDATE stock SET level = 5; UPDATE stock SET level = 6 WHERE product = 'none'")
      db.prepare('DELETE FROM processed RETURNING id').all()
    })
    expect(ofKind(records, 'db.')).toEqual([
      { kind: 'db.commit', database: 'inventory', writes: ['insert processed', 'insert stock'], changes: 2 },
      { kind: 'db.commit', database: 'inventory', writes: ['update stock'], changes: 1 },
      { kind: 'db.commit', database: 'inventory', writes: ['delete processed'], changes: 1 },
    ])
  })

  it('leave out what a savepoint took back', async () => {
    const { records } = await run([], db => {
      db.transaction(() => {
        db.prepare("INSERT INTO stock VALUES ('kept', 1)").run()
        const inner = db.transaction(() => {
          db.prepare("INSERT INTO processed VALUES ('lost')").run()
          throw new Error('inner')
        })
        expect(inner).toThrow('inner')
      })()
    })
    expect(ofKind(records, 'db.')).toEqual([
      { kind: 'db.commit', database: 'inventory', writes: ['insert stock'], changes: 1 },
    ])
  })

  it('tell of real errors and of rollbacks by the program', async () => {
    const { records } = await run([], db => {
      const twice = db.transaction(() => {
        db.prepare("INSERT INTO processed VALUES ('a')").run()
        db.prepare("INSERT INTO processed VALUES ('a')").run()
      })
      expect(twice).toThrow(/UNIQUE/)
    })
    expect(ofKind(records, 'db.')).toEqual([
      {
        kind: 'db.error',
        database: 'inventory',
        statement: 'insert processed',
        code: 'SQLITE_CONSTRAINT_PRIMARYKEY',
      },
      { kind: 'db.rollback', database: 'inventory', writes: ['insert processed'] },
    ])
  })
})

describe('two processes on one database', () => {
  const withRelay = (
    start: (db: Database) => void | Promise<void>,
    relay: (db: Database, attempt: (action: () => unknown) => unknown) => void,
  ) =>
    run([], start, (world, databases) => {
      world.spawn({
        name: 'relay',
        start: async () => {
          const db = databases.open('inventory')
          setTimeout(() => relay(db, attempt), 10)
        },
      })
    })
  const attempt = (action: () => unknown) => {
    try {
      return action()
    } catch (error) {
      expect(error).toHaveProperty('name', 'SqliteError')
      return (error as { code: string }).code
    }
  }
  const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

  it('let one write at a time, and show others the state before', async () => {
    const seen: unknown[] = []
    const { committed } = await withRelay(
      async db => {
        db.exec("INSERT INTO stock VALUES ('lamp', 1)")
        db.exec('BEGIN; UPDATE stock SET level = 2')
        await wait(20)
        db.exec('COMMIT')
      },
      (db, attempt) => {
        seen.push(db.prepare('SELECT level FROM stock').pluck().get())
        seen.push(attempt(() => db.prepare('UPDATE stock SET level = 9').run()))
        seen.push(attempt(() => db.exec('BEGIN IMMEDIATE')))
        seen.push(attempt(() => db.exec('CREATE TABLE other (id)')))
        setTimeout(() => {
          seen.push(db.prepare('SELECT level FROM stock').pluck().get())
          db.prepare('UPDATE stock SET level = level + 1').run()
        }, 20)
      },
    )
    expect(seen).toEqual([1, 'SQLITE_BUSY', 'SQLITE_BUSY', 'SQLITE_BUSY', 2])
    expect(committed).toEqual([['lamp', 3]])
  })

  it('let a deferred transaction that has only read block a commit, as in rollback-journal mode', async () => {
    const seen: unknown[] = []
    await withRelay(
      async db => {
        db.exec('BEGIN')
        db.prepare('SELECT * FROM stock').all()
        await wait(20)
        seen.push(attempt(() => db.exec("INSERT INTO stock VALUES ('late', 1)")))
        db.exec('ROLLBACK')
      },
      (db, attempt) => {
        const insert = db.prepare("INSERT INTO stock VALUES ('lamp', 1)")
        seen.push(attempt(() => insert.run()))
        db.exec('BEGIN')
        seen.push(attempt(() => insert.run().changes))
        seen.push(attempt(() => db.exec('COMMIT')))
        setTimeout(() => seen.push(attempt(() => db.exec('COMMIT').inTransaction)), 20)
      },
    )
    expect(seen).toEqual(['SQLITE_BUSY', 1, 'SQLITE_BUSY', 'SQLITE_BUSY', false])
  })

  it('let a BEGIN that has done nothing block nobody', async () => {
    const { committed } = await withRelay(
      async db => {
        db.exec('BEGIN')
        await wait(20)
        db.exec('COMMIT')
      },
      db => void db.prepare("INSERT INTO stock VALUES ('lamp', 1)").run(),
    )
    expect(committed).toEqual([['lamp', 1]])
  })

  it('let an iteration in progress block the other from writing', async () => {
    const seen: unknown[] = []
    await withRelay(
      async db => {
        db.exec("INSERT INTO stock VALUES ('lamp', 1), ('desk', 1)")
        for (const _ of db.prepare('SELECT * FROM stock').iterate()) await wait(20)
      },
      (db, attempt) => {
        seen.push(attempt(() => db.prepare('DELETE FROM stock').run().changes))
        seen.push(attempt(() => db.prepare('SELECT count(*) FROM stock').pluck().get()))
        setTimeout(() => seen.push(attempt(() => db.prepare('DELETE FROM stock').run().changes)), 60)
      },
    )
    expect(seen).toEqual(['SQLITE_BUSY', 2, 2])
  })
})

describe('faults', () => {
  const insert = (db: Database, seen: unknown[]) => {
    try {
      seen.push(db.prepare('INSERT INTO stock VALUES (NULL, 1)').run().changes)
    } catch (error) {
      expect(error).toHaveProperty('name', 'SqliteError')
      seen.push((error as { code: string }).code)
    }
  }

  it.each([
    [undefined, 'SQLITE_BUSY'],
    ['full', 'SQLITE_FULL'],
    ['io', 'SQLITE_IOERR'],
  ])('error %s strikes a statement as often as told', async (when, code) => {
    const seen: unknown[] = []
    const fault: Fault = {
      kind: 'error',
      at: 'inventory/insert stock order-7#1',
      times: 2,
      ...(when && { when }),
    }
    const { records } = await run([fault], db => {
      for (let attempt = 0; attempt < 3; attempt++) insert(db, seen)
    })
    expect(seen).toEqual([code, code, 1])
    expect(ofKind(records, 'db.error')).toHaveLength(2)
  })

  it('error at a commit leaves nothing behind', async () => {
    const { committed, records } = await run([{ kind: 'error', at: 'inventory/commit order-7#1' }], db => {
      expect(() => sellOnce(db, 1)).toThrow('database is locked')
      expect(db.inTransaction).toBe(false)
    })
    expect(committed).toEqual([])
    expect(ofKind(records, 'db.').map(({ kind }) => kind)).toEqual(['db.error', 'db.rollback'])
  })

  it('error by rate strikes some statements', async () => {
    const seen: unknown[] = []
    await run([{ kind: 'error', service: 'inventory', rate: 0.5, from: 1 }], async db => {
      await new Promise(resolve => setTimeout(resolve, 5))
      for (let attempt = 0; attempt < 40; attempt++) insert(db, seen)
    })
    expect(new Set(seen)).toEqual(new Set([1, 'SQLITE_BUSY']))
  })

  it.each([
    ['database-busy', 'SQLITE_BUSY'],
    ['disk-full', 'SQLITE_FULL'],
  ])('%s fails every write while it lasts; reads work', async (kind, code) => {
    const seen: unknown[] = []
    const fault: Fault = { kind, service: 'inventory', from: 10, for: 20 }
    await run([fault], db => {
      insert(db, seen)
      setTimeout(() => {
        insert(db, seen)
        seen.push(db.prepare('SELECT count(*) FROM stock').pluck().get())
      }, 15)
      setTimeout(() => insert(db, seen), 35)
    })
    expect(seen).toEqual([1, code, 1, 1])
  })

  it('a full disk does not keep a service from starting again on tables that exist', async () => {
    const { records } = await run(
      [
        { kind: 'disk-full', service: 'inventory', from: 10 },
        { kind: 'crash', service: 'inventory', from: 20 },
      ],
      () => new Promise(resolve => setTimeout(resolve, 100)),
    )
    expect(ofKind(records, 'process.start')).toHaveLength(2)
  })

  it('a window that lasts for ever ends when everything is healed', async () => {
    const seen: unknown[] = []
    await run([{ kind: 'disk-full', service: 'inventory', from: 1 }], db => {
      setTimeout(() => insert(db, seen), 2)
      const poll = setInterval(() => {
        if (seen.at(-1) === 1) clearInterval(poll)
        else insert(db, seen)
      }, 1000)
    })
    expect(seen[0]).toBe('SQLITE_FULL')
    expect(seen.at(-1)).toBe(1)
  })
})

describe('the clock and the dice of SQL', () => {
  it('are those of the run', async () => {
    const once = async () => {
      const seen: unknown[] = []
      await run([], db => {
        db.exec('CREATE TABLE at (id INTEGER, t TEXT DEFAULT CURRENT_TIMESTAMP)')
        db.exec('INSERT INTO at (id) VALUES (random())')
        seen.push(db.prepare('SELECT id, t FROM at').safeIntegers().raw().get())
        seen.push(db.prepare("SELECT unixepoch('now') * 1000").pluck().get() === Date.now())
        seen.push(db.prepare("SELECT datetime('now', '+1 day'), date('2024-02-28', '+1 day')").raw().get())
        seen.push(db.prepare("SELECT strftime('%H:%M', 'now'), strftime('%Y')").raw().get())
      })
      return seen
    }
    const first = await once()
    expect(first.slice(1)).toEqual([true, ['2026-01-06 09:00:00', '2024-02-29'], ['09:00', '2026']])
    expect(first[0]).toEqual([expect.any(BigInt), '2026-01-05 09:00:00'])
    expect(await once()).toEqual(first)
  })
})

describe('the judge', () => {
  it('reads the committed state in the middle of a transaction, and cannot write', async () => {
    await run(
      [],
      db => {
        db.exec("INSERT INTO stock VALUES ('lamp', 1)")
        db.exec('BEGIN; UPDATE stock SET level = 2')
      },
      (world, databases) => {
        world.runtime.schedule(
          5,
          () => {
            const judge = databases.inspect('inventory')
            expect(judge.prepare('SELECT level FROM stock').pluck().get()).toBe(1)
            expect(() => judge.exec('DELETE FROM stock')).toThrow(/readonly/)
            expect(() => judge.exec('CREATE TABLE x (id)')).toThrow(/readonly/)
          },
          { owner: null },
        )
      },
    )
  })

  it('starts a database from a snapshot of another run', async () => {
    let image: Uint8Array = new Uint8Array()
    await run([], sellOnce, (world, databases) => {
      world.runtime.schedule(
        5,
        () => {
          image = databases.snapshot('inventory')
        },
        { owner: null },
      )
    })
    const world = createWorld({ seed: 1 })
    const databases = createDatabases(world.runtime)
    databases.restore('inventory', image)
    expect(databases.open('inventory').prepare('SELECT product FROM stock').pluck().all()).toEqual(['lamp'])
    expect(() => databases.restore('inventory', image)).toThrow(/opened already/)
    databases.release()
  })
})

describe('what the simulator does not support', () => {
  it('says so, and what to use instead', async () => {
    await run([], db => {
      const calls: (() => unknown)[] = [
        () => db.loadExtension('x'),
        () => db.serialize(),
        () => db.unsafeMode(),
        () => db.exec("ATTACH 'other.db' AS other"),
        () => db.prepare("VACUUM INTO 'copy.db'"),
      ]
      for (const call of calls) expect(call).toThrow(/is not supported by the simulator/)
    })
  })
})
