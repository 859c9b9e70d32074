import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { Database } from '#simulator/service.ts'
import { betterSqlite3Engine } from './better-sqlite3-engine.ts'
import type { Engine, EngineConnection } from './engine.ts'
import { loadWasmEngine } from './wasm-engine.ts'

const wasm = await loadWasmEngine()

type Use = (db: EngineConnection, prepare: Database['prepare']) => unknown

/** What came of it: the result, or all that an error says. */
function outcome(engine: Engine, use: Use): unknown {
  const db = engine.open()
  db.exec('CREATE TABLE stock (product TEXT PRIMARY KEY, level INTEGER CHECK (level >= 0))')
  try {
    return { result: use(db, (sql => db.prepare(sql)) as Database['prepare']) }
  } catch (error) {
    const { name, message, code } = error as Error & { code?: string }
    return {
      error: Object.getPrototypeOf(error).constructor.name,
      name,
      message,
      code,
      keys: Object.keys(error as object),
    }
  } finally {
    db.close()
  }
}

const INSERT = 'INSERT INTO stock VALUES (?, ?)'

const PARAMETERS: Record<string, Use> = {
  'too few': (_, prepare) => prepare(INSERT).run('lamp'),
  'none at all': (_, prepare) => prepare(INSERT).run(),
  'too many': (_, prepare) => prepare(INSERT).run('lamp', 1, 2),
  'too many in an array': (_, prepare) => prepare(INSERT).run(['lamp', 1, 2]),
  'too many, the last of no type': (_, prepare) => prepare(INSERT).run('lamp', 1, true),
  'several arrays and values': (_, prepare) => prepare('SELECT ?, ?, ?, ?').raw().get([1, 2], 3, [], [4]),
  'a boolean': (_, prepare) => prepare(INSERT).run('lamp', true),
  'a symbol': (_, prepare) => prepare(INSERT).run('lamp', Symbol('x')),
  'a function': (_, prepare) => prepare(INSERT).run('lamp', () => 1),
  'a date': (_, prepare) => prepare(INSERT).run('lamp', new Date(0)),
  'a date for a named one': (_, prepare) => prepare('SELECT @at').get(new Date(0)),
  'no object for named ones': (_, prepare) => prepare('SELECT @a, @b').get(),
  'values for named ones': (_, prepare) => prepare('SELECT @a, @b').get(1, 2),
  'an object without one of the names': (_, prepare) => prepare('SELECT @a, $b').get({ a: 1 }),
  'an object that inherits a name': (_, prepare) => prepare('SELECT @a').get(Object.create({ a: 1 })),
  'an object without prototype': (_, prepare) =>
    prepare('SELECT @a')
      .raw()
      .get(Object.assign(Object.create(null), { a: 1 })),
  'two objects': (_, prepare) => prepare('SELECT @a, $b').get({ a: 1 }, { b: 1 }),
  'an object too many': (_, prepare) => prepare('SELECT ?').raw().get(1, { b: 1 }),
  'one name under three signs': (_, prepare) => prepare('SELECT @a, :a, $a, @a').raw().get({ a: 1 }),
  'numbered ones': (_, prepare) => prepare('SELECT ?2, ?1, ?').raw().get({ 1: 'a', 2: 'b' }, 'c'),
  'numbered ones with gaps': (_, prepare) => prepare('SELECT ?3').raw().get({ 3: 'a' }, 1, 2),
  'a bigint beyond 64 bits': (_, prepare) => prepare('SELECT ?').get(2n ** 63n),
  'the largest and smallest bigints': (_, prepare) =>
    prepare('SELECT ?, ?')
      .raw()
      .safeIntegers()
      .get(2n ** 63n - 1n, -(2n ** 63n)),
  'typed arrays': (_, prepare) =>
    prepare('SELECT hex(?), hex(?), typeof(?)')
      .raw()
      .get(new Uint16Array([258]), new DataView(new ArrayBuffer(2)), Buffer.alloc(0)),
  'undefined and null': (_, prepare) => prepare('SELECT ?, ?').raw().get(undefined, null),
  'numbers that are none': (_, prepare) => prepare('SELECT ?, ?, ?').raw().get(Number.NaN, Infinity, -0),
  'more values after bind': (_, prepare) => prepare('SELECT ?').bind(1).get(2),
  'bind with too few': (_, prepare) => prepare('SELECT ?, ?').bind(1),
}

const VALUES: Record<string, Use> = {
  'text of all lengths and scripts': (_, prepare) =>
    ['', 'a', 'é', '€', '😀', '\uFEFFx', 'a\0b', 'x'.repeat(24), 'x'.repeat(25), 'ü'.repeat(100_000)].map(
      text => prepare('SELECT ? AS text, length(?) AS length').get(text, text),
    ),
  'text that is no UTF-8': (_, prepare) => prepare("SELECT CAST(X'61FF62' AS TEXT) AS text").get(),
  'large blobs': (_, prepare) =>
    (prepare('SELECT ?').pluck().get(Buffer.alloc(70_000, 7)) as Buffer).toString('base64'),
  'whole numbers beyond safe ones': (_, prepare) => prepare('SELECT 9007199254740993').pluck().get(),
  'a float that is whole': (_, prepare) => prepare('SELECT typeof(?), ?').raw().get(3, 3),
  'columns of the same name': (_, prepare) => prepare('SELECT 1 AS a, 2 AS b, 3 AS a').get(),
  'rows by table, with an expression': (_, prepare) =>
    prepare('SELECT *, 1 + 1 AS two FROM stock').expand().all(),
  'safe integers of a run': (_, prepare) => prepare(INSERT).safeIntegers().run('lamp', 1),
  'descriptions of columns': (_, prepare) =>
    prepare('SELECT product AS name, level, 1 + 1 FROM stock AS s').columns(),
}

const ERRORS: Record<string, Use> = {
  'a primary key twice': (_, prepare) => {
    prepare(INSERT).run('lamp', 1)
    prepare(INSERT).run('lamp', 1)
  },
  'a failed check': (_, prepare) => prepare(INSERT).run('lamp', -1),
  'a failed check in RETURNING': (_, prepare) => prepare(`${INSERT} RETURNING level`).get('lamp', -1),
  'bad syntax': (_, prepare) => prepare('SELEC 1'),
  'an unfinished statement': (_, prepare) => prepare('SELECT'),
  'an unknown column': (_, prepare) => prepare('SELECT shelf FROM stock'),
  'a string in double quotes': (_, prepare) => prepare('SELECT "lamp" FROM stock'),
  'bad syntax in the middle of a script': db =>
    db.exec("INSERT INTO stock VALUES ('a', 1); SELEC 1; SELECT 2"),
  'nothing to prepare': (_, prepare) => prepare(' ; -- nothing'),
  'a comment behind': (_, prepare) => prepare('SELECT 1; /* a */ -- b\n ; /* c').pluck().get(),
  'a statement behind a comment': (_, prepare) => prepare('SELECT 1; /* a */ SELECT 2 /* b */'),
  'SQL with a zero in it': (_, prepare) => prepare('SELECT 1\0 SELECT 2').pluck().get(),
  'SQL that is no text': db => db.prepare(1 as never),
  'a write in read-only tables': (_, prepare) => prepare('UPDATE sqlite_master SET name = 1').run(),
  'a missing parent': db => {
    db.exec('CREATE TABLE parent (id PRIMARY KEY); CREATE TABLE child (id REFERENCES parent (id))')
    db.exec('INSERT INTO child VALUES (1)')
  },
  'rows of a statement without': (_, prepare) => prepare(INSERT).all('lamp', 1),
  'columns of a statement without': (_, prepare) => prepare(INSERT).columns(),
  'pluck with no boolean': (_, prepare) => prepare('SELECT 1').pluck(1 as never),
  'an iteration that fails on the way': (_, prepare) => [
    ...prepare("SELECT json(value) FROM json_each('[1, 2]') UNION ALL SELECT json('{')").iterate(),
  ],
  'a second iteration of a statement': (_, prepare) => {
    const select = prepare('SELECT 1')
    for (const _ of select.iterate()) select.iterate()
  },
  'a write during an iteration': (_, prepare) => {
    for (const _ of prepare('SELECT 1').iterate()) prepare(INSERT).run('lamp', 1)
  },
  'a script during an iteration': (db, prepare) => {
    for (const _ of prepare('SELECT 1').iterate()) db.exec('SELECT 1')
  },
}

const FUNCTIONS: Record<string, Use> = {
  'one that throws': (db, prepare) => {
    const fail = () => {
      throw new RangeError('no')
    }
    db.defineFunction('fail', {}, fail)
    return prepare('SELECT fail()').get()
  },
  'one that throws in the middle of many rows': (db, prepare) => {
    db.defineFunction('fail', {}, value => {
      if (value === 3) throw new RangeError('three')
      return value
    })
    return prepare("SELECT fail(value) FROM json_each('[1, 2, 3]')").all()
  },
  'one that returns an object': (db, prepare) => {
    db.defineFunction('wrong', {}, () => ({}))
    return prepare('SELECT wrong()').get()
  },
  'one that returns too big a bigint': (db, prepare) => {
    db.defineFunction('wrong', {}, () => 2n ** 64n)
    return prepare('SELECT wrong()').get()
  },
  'all types in and out': (db, prepare) => {
    db.defineFunction('same', {}, value => value)
    const select = prepare('SELECT same(?), typeof(same(?))').raw()
    return [1, 1.5, 'ü', null, undefined, Buffer.from([1]), Buffer.alloc(0), 7n].map(value =>
      select.get(value, value),
    )
  },
  'safe integers': (db, prepare) => {
    db.defineFunction('type', { safeIntegers: true }, value => typeof value)
    return prepare('SELECT type(1), type(1.5)').raw().get()
  },
  'two by number of arguments': (db, prepare) => {
    db.defineFunction('count', {}, (_: unknown) => 'one')
    db.defineFunction('count', { varargs: true }, (...all: unknown[]) => all.length)
    return prepare('SELECT count(1), count(1, 2, 3), count()').raw().get()
  },
  'one that uses its own database': (db, prepare) => {
    db.defineFunction('inner', {}, () => prepare('SELECT 1').pluck().get())
    return prepare('SELECT inner()').get()
  },
  'one that uses another database': (db, prepare) => {
    const other = new Sqlite(':memory:').prepare('SELECT ?').pluck()
    db.defineFunction('outer', {}, value => other.get(value))
    return prepare("SELECT outer('in the middle of it')").pluck().get()
  },
  'one only for direct use, in a view': (db, prepare) => {
    db.defineFunction('direct', { directOnly: true }, () => 1)
    db.exec('CREATE VIEW indirect AS SELECT direct()')
    return prepare('SELECT * FROM indirect').get()
  },
  'one that must be deterministic, in an index': db => {
    db.defineFunction('sure', { deterministic: true }, value => value)
    db.defineFunction('unsure', {}, value => value)
    db.exec('CREATE INDEX by_sure ON stock (sure(level))')
    db.exec('CREATE INDEX by_unsure ON stock (unsure(level))')
  },
}

describe.each([
  ['parameters', PARAMETERS],
  ['values', VALUES],
  ['errors', ERRORS],
  ['functions', FUNCTIONS],
])('the WebAssembly engine answers as better-sqlite3: %s', (_, cases) => {
  it.each(Object.entries(cases))('%s', (_, use) => {
    const expected = outcome(betterSqlite3Engine, use)
    expect(outcome(wasm, use)).toEqual(expected)
  })
})

describe('the WebAssembly engine', () => {
  it('reads what the other engine has serialized, and the other way round', () => {
    for (const [from, to] of [
      [wasm, betterSqlite3Engine],
      [betterSqlite3Engine, wasm],
    ] as const) {
      const db = from.open()
      db.exec("CREATE TABLE stock (product TEXT); INSERT INTO stock VALUES ('lamp'), ('désk')")
      const copy = to.open(db.serialize())
      copy.exec("INSERT INTO stock VALUES ('sofa')")
      expect(copy.prepare('SELECT * FROM stock').all()).toEqual([
        { product: 'lamp' },
        { product: 'désk' },
        { product: 'sofa' },
      ])
      expect(db.pragma('page_size')).toEqual([{ page_size: 4096 }])
      expect(to.open(from.open().serialize()).pragma('user_version')).toEqual([{ user_version: 0 }])
    }
  })

  it('sees columns that were added or renamed after a statement was prepared', () => {
    const db = wasm.open()
    db.exec('CREATE TABLE stock (product); INSERT INTO stock VALUES (1)')
    const select = db.prepare('SELECT * FROM stock')
    expect(select.get()).toEqual({ product: 1 })
    db.exec('ALTER TABLE stock RENAME COLUMN product TO name')
    expect(select.get()).toEqual({ name: 1 })
    db.exec('ALTER TABLE stock ADD COLUMN level DEFAULT 2')
    expect(select.all()).toEqual([{ name: 1, level: 2 }])
  })

  it('works on when the memory has grown', () => {
    const db = wasm.open()
    db.exec('CREATE TABLE blob (data)')
    const insert = db.prepare('INSERT INTO blob VALUES (?)')
    for (let row = 0; row < 40; row++) insert.run(Buffer.alloc(1_000_000, row))
    const sizes = db.prepare('SELECT sum(length(data)), max(hex(substr(data, 1, 1))) FROM blob')
    sizes.raw(true)
    expect(sizes.get()).toEqual([40_000_000, '27'])
    db.close()
  })

  it('refuses all use of a connection once closed', () => {
    const db = wasm.open()
    const select = db.prepare('SELECT 1')
    db.close()
    db.close()
    expect(db.inTransaction).toBe(false)
    for (const use of [
      () => select.get(),
      () => select.bind(),
      () => db.prepare('SELECT 1'),
      () => db.serialize(),
    ]) {
      expect(use).toThrow('The database connection is not open')
    }
  })
})
