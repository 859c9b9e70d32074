/**
 * What a database must do to pass for better-sqlite3: the same tests for the library itself and for every stand-in.
 */
import { afterEach, describe, expect, it } from 'vitest'
import type { Database } from '#simulator/service.ts'

export interface DatabaseUnderTest {
  /** An empty database. */
  open(): Database
  close?(): void
}

export function describeDatabaseContract(name: string, subject: DatabaseUnderTest): void {
  describe(`${name} keeps better-sqlite3's contract`, () => {
    afterEach(() => subject.close?.())

    const openStock = () => {
      const db = subject.open()
      db.exec(`
        CREATE TABLE IF NOT EXISTS stock (product TEXT PRIMARY KEY, level INTEGER NOT NULL CHECK (level >= 0)) STRICT;
        CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, body ANY);
      `)
      return db
    }

    it('returns changes and the row id of an insert', () => {
      const db = openStock()
      const insert = db.prepare('INSERT INTO note (body) VALUES (?)')
      expect(insert.run('a')).toEqual({ changes: 1, lastInsertRowid: 1 })
      expect(insert.run('b')).toEqual({ changes: 1, lastInsertRowid: 2 })
      expect(db.prepare('UPDATE note SET body = 0').run().changes).toBe(2)
    })

    it('starts with no row id: an update before any insert reports 0', () => {
      const db = openStock()
      expect(db.prepare('UPDATE note SET body = 0').run()).toEqual({ changes: 0, lastInsertRowid: 0 })
    })

    it('starts empty, also when it is the second of its kind', () => {
      for (let round = 0; round < 3; round++) {
        const db = openStock()
        expect(db.prepare('SELECT count(*) FROM stock').pluck().get()).toBe(0)
        db.prepare('INSERT INTO stock VALUES (?, ?)').run('lamp', 3)
        expect(db.prepare('SELECT count(*) FROM stock').pluck().get()).toBe(1)
        subject.close?.()
      }
    })

    it('binds positional, named and mixed parameters', () => {
      const db = openStock()
      db.prepare('INSERT INTO stock VALUES (@product, @level)').run({ product: 'lamp', level: 4 })
      db.prepare('INSERT INTO stock VALUES (?, $level)').run('desk', { level: 5 })
      db.prepare('INSERT INTO stock VALUES (?, ?)').run(['sofa', 6])
      expect(db.prepare('SELECT level FROM stock ORDER BY level').pluck().all()).toEqual([4, 5, 6])
      expect(() => db.prepare('INSERT INTO stock VALUES (?, ?)').run('one')).toThrow(RangeError)
      expect(() => db.prepare('INSERT INTO stock VALUES (@product, @level)').run({ product: 'x' })).toThrow(
        RangeError,
      )
    })

    it('binds for good with bind', () => {
      const db = openStock()
      const insert = db.prepare('INSERT INTO stock VALUES (?, ?)').bind('lamp', 1)
      expect(insert.run().changes).toBe(1)
      expect(() => insert.bind('desk', 2)).toThrow(TypeError)
      const later = db.prepare('INSERT INTO stock VALUES (?, ?)')
      later.run('sofa', 2)
      expect(later.bind('desk', 3).run().changes).toBe(1)
      expect(db.prepare('SELECT ? AS value').bind(7).get()).toEqual({ value: 7 })
    })

    it('keeps NULL, blobs, floats and big integers', () => {
      const db = openStock()
      const insert = db.prepare('INSERT INTO note VALUES (?, ?)')
      insert.run(1, null)
      insert.run(2, Buffer.from([1, 2, 255]))
      insert.run(3, 1.5)
      insert.run(4, 9007199254740993n)
      const bodies = db.prepare('SELECT body FROM note ORDER BY id').pluck()
      expect(bodies.safeIntegers().all()).toEqual([null, Buffer.from([1, 2, 255]), 1.5, 9007199254740993n])
      expect(bodies.safeIntegers(false).all()[3]).toBe(9007199254740992)
      expect(() => insert.run(5, true)).toThrow(TypeError)
    })

    it('returns rows as objects, values, arrays or by table', () => {
      const db = openStock()
      db.exec("INSERT INTO stock VALUES ('lamp', 3); INSERT INTO note VALUES (1, 'x')")
      const select = db.prepare('SELECT product, level, body FROM stock, note')
      expect(select.get()).toEqual({ product: 'lamp', level: 3, body: 'x' })
      expect(select.raw().get()).toEqual(['lamp', 3, 'x'])
      expect(select.pluck().all()).toEqual(['lamp'])
      expect(select.expand().get()).toEqual({ stock: { product: 'lamp', level: 3 }, note: { body: 'x' } })
      expect(select.raw(false).expand(false).get()).toEqual({ product: 'lamp', level: 3, body: 'x' })
      expect(db.prepare("SELECT 1 WHERE 'a' = 'b'").get()).toBeUndefined()
    })

    it('keeps the shapes of two statements of the same text apart', () => {
      const db = openStock()
      const one = db.prepare('SELECT 1 AS n').pluck()
      const other = db.prepare('SELECT 1 AS n')
      expect([one.get(), other.get(), one.get()]).toEqual([1, { n: 1 }, 1])
    })

    it('describes statements', () => {
      const db = openStock()
      const select = db.prepare('SELECT product FROM stock')
      expect([select.reader, select.readonly, select.source]).toEqual([
        true,
        true,
        'SELECT product FROM stock',
      ])
      expect(select.columns()).toEqual([
        { name: 'product', column: 'product', table: 'stock', database: 'main', type: 'TEXT' },
      ])
      const insert = db.prepare('INSERT INTO note (body) VALUES (1)')
      expect([insert.reader, insert.readonly]).toEqual([false, false])
      expect(() => insert.pluck()).toThrow(TypeError)
      expect(() => insert.get()).toThrow(TypeError)
      expect(select.run().changes).toBe(0)
      expect(() => db.prepare('')).toThrow(RangeError)
      expect(() => db.prepare('SELECT 1; SELECT 2')).toThrow(RangeError)
    })

    it('iterates, ends early, and refuses writes meanwhile', () => {
      const db = openStock()
      const insert = db.prepare('INSERT INTO note (body) VALUES (?)')
      for (const body of ['a', 'b', 'c']) insert.run(body)
      const select = db.prepare('SELECT body FROM note ORDER BY id').pluck()
      const seen: unknown[] = []
      for (const body of select.iterate()) {
        expect(select.busy).toBe(true)
        expect(() => insert.run('d')).toThrow(TypeError)
        expect(db.prepare('SELECT body FROM note ORDER BY id').pluck().all()).toEqual(['a', 'b', 'c'])
        seen.push(body)
        if (seen.length === 2) break
      }
      expect(seen).toEqual(['a', 'b'])
      expect(insert.run('d').changes).toBe(1)
      expect([...select.iterate()]).toEqual(['a', 'b', 'c', 'd'])
    })

    it('reports constraint errors with their codes and changes nothing', () => {
      const db = openStock()
      const insert = db.prepare('INSERT INTO stock VALUES (?, ?)')
      insert.run('lamp', 1)
      const code = (action: () => unknown) => {
        try {
          action()
        } catch (error) {
          return (error as { code?: string }).code
        }
        return undefined
      }
      expect(code(() => insert.run('lamp', 2))).toBe('SQLITE_CONSTRAINT_PRIMARYKEY')
      expect(code(() => insert.run('desk', -1))).toBe('SQLITE_CONSTRAINT_CHECK')
      expect(code(() => insert.run('desk', null))).toBe('SQLITE_CONSTRAINT_NOTNULL')
      expect(code(() => insert.run('desk', 'many'))).toBe('SQLITE_CONSTRAINT_DATATYPE')
      expect(code(() => db.prepare('SELECT * FROM nowhere'))).toBe('SQLITE_ERROR')
      expect(code(() => db.exec('SELEC 1'))).toBe('SQLITE_ERROR')
      expect(db.prepare('SELECT product, level FROM stock').raw().all()).toEqual([['lamp', 1]])
    })

    it('enforces foreign keys, deferred ones at commit', () => {
      const db = subject.open()
      db.exec(`CREATE TABLE parent (id INTEGER PRIMARY KEY);
        CREATE TABLE child (parent INTEGER REFERENCES parent (id));
        CREATE TABLE late (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)`)
      expect(() => db.prepare('INSERT INTO child VALUES (1)').run()).toThrow(/FOREIGN KEY/)
      const late = db.transaction(() => void db.prepare('INSERT INTO late VALUES (1)').run())
      expect(late).toThrow(/FOREIGN KEY/)
      expect(db.inTransaction).toBe(false)
      expect(db.prepare('SELECT count(*) FROM late').pluck().get()).toBe(0)
    })

    it('returns what a transaction returns, and rolls back what throws', () => {
      const db = openStock()
      const insert = db.prepare('INSERT INTO stock VALUES (?, ?)')
      const both = db.transaction((first: string, second: string) => {
        expect(db.inTransaction).toBe(true)
        insert.run(first, 1)
        insert.run(second, 1)
        return `${first} and ${second}`
      })
      expect(both('lamp', 'desk')).toBe('lamp and desk')
      expect(() => both('sofa', 'lamp')).toThrow(/UNIQUE/)
      expect(db.inTransaction).toBe(false)
      expect(db.prepare('SELECT product FROM stock ORDER BY 1').pluck().all()).toEqual(['desk', 'lamp'])
      expect(both.immediate('a', 'b')).toBe('a and b')
      expect(both.exclusive('c', 'd')).toBe('c and d')
    })

    it('makes nested transactions savepoints', () => {
      const db = openStock()
      const insert = db.prepare('INSERT INTO stock VALUES (?, 1)')
      const inner = db.transaction((product: string, fails: boolean) => {
        insert.run(product)
        if (fails) throw new Error('inner')
      })
      db.transaction(() => {
        insert.run('outer')
        expect(() => inner('lost', true)).toThrow('inner')
        inner('kept', false)
      })()
      expect(db.prepare('SELECT product FROM stock ORDER BY 1').pluck().all()).toEqual(['kept', 'outer'])
    })

    it('refuses a transaction function that returns a promise', () => {
      const db = openStock()
      const insert = db.prepare("INSERT INTO stock VALUES ('lamp', 1)")
      const wrong = db.transaction(async () => void insert.run())
      expect(wrong).toThrow(/cannot return a promise/)
      expect(db.prepare('SELECT count(*) FROM stock').pluck().get()).toBe(0)
    })

    it('understands BEGIN, COMMIT, ROLLBACK and savepoints as SQL', () => {
      const db = openStock()
      const count = db.prepare('SELECT count(*) FROM note').pluck()
      db.exec('BEGIN; INSERT INTO note (body) VALUES (1); COMMIT')
      expect(count.get()).toBe(1)
      db.prepare('BEGIN IMMEDIATE').run()
      expect(db.inTransaction).toBe(true)
      db.exec('INSERT INTO note (body) VALUES (2)')
      db.prepare('ROLLBACK').run()
      expect(count.get()).toBe(1)
      db.exec('SAVEPOINT a; INSERT INTO note (body) VALUES (3)')
      db.exec('SAVEPOINT b; INSERT INTO note (body) VALUES (4); ROLLBACK TO b; RELEASE b; RELEASE a')
      expect(db.inTransaction).toBe(false)
      expect(db.prepare('SELECT body FROM note').pluck().all()).toEqual([1, 3])
      expect(() => db.exec('COMMIT')).toThrow(/no transaction is active/)
      expect(() => db.exec('BEGIN; BEGIN')).toThrow(/within a transaction/)
      db.exec('ROLLBACK')
    })

    it('rolls a transaction back on INSERT OR ROLLBACK', () => {
      const db = openStock()
      const insert = db.prepare("INSERT OR ROLLBACK INTO stock VALUES ('lamp', ?)")
      db.exec('BEGIN')
      insert.run(1)
      expect(() => insert.run(2)).toThrow(/UNIQUE/)
      expect(db.inTransaction).toBe(false)
      expect(db.prepare('SELECT count(*) FROM stock').pluck().get()).toBe(0)
    })

    it('runs a script with triggers, comments and semicolons in strings', () => {
      const db = openStock()
      db.exec(`
        CREATE TABLE log (line TEXT); -- one line; of comment
        CREATE TRIGGER noted AFTER INSERT ON note BEGIN
          INSERT INTO log VALUES ('a;b');
          INSERT INTO log VALUES (CASE WHEN NEW.body = 1 THEN 'one' ELSE 'more' END);
        END;
        /* and; more */ INSERT INTO note (body) VALUES (1);
        INSERT INTO note (body) VALUES (2)`)
      expect(db.prepare('SELECT line FROM log').pluck().all()).toEqual(['a;b', 'one', 'a;b', 'more'])
    })

    it('returns rows from INSERT … RETURNING', () => {
      const db = openStock()
      const insert = db.prepare('INSERT INTO note (body) VALUES (?), (?) RETURNING id, body')
      expect(insert.all('a', 'b')).toEqual([
        { id: 1, body: 'a' },
        { id: 2, body: 'b' },
      ])
      expect(insert.get('c', 'd')).toEqual({ id: 3, body: 'c' })
      expect(db.prepare('SELECT count(*) FROM note').pluck().get()).toBe(4)
    })

    it('searches with FTS5, across several lives', () => {
      for (let round = 0; round < 2; round++) {
        const db = subject.open()
        db.exec('CREATE VIRTUAL TABLE product USING fts5(name, description)')
        const insert = db.prepare('INSERT INTO product VALUES (?, ?)')
        insert.run('lamp', 'a green reading lamp')
        insert.run('desk', 'a desk for reading')
        db.prepare("DELETE FROM product WHERE name = 'desk'").run()
        const found = db.prepare('SELECT name FROM product WHERE product MATCH ? ORDER BY rank').pluck()
        expect(found.all('reading')).toEqual(['lamp'])
        expect(found.all('desk')).toEqual([])
        subject.close?.()
      }
    })

    it('computes with JSON and window functions', () => {
      const db = subject.open()
      expect(db.prepare("SELECT json_extract(?, '$.a[1]')").pluck().get('{"a":[1,2]}')).toBe(2)
      const running = db.prepare("SELECT sum(value) OVER (ORDER BY key) FROM json_each('[1,2,3]')").pluck()
      expect(running.all()).toEqual([1, 3, 6])
    })

    it('calls user functions, and each life its own', () => {
      for (const factor of [2, 3]) {
        const db = subject.open()
        db.function('scaled', { deterministic: true }, (value: number) => value * factor)
        db.function('joined', { varargs: true }, (...words: string[]) => words.join(' '))
        expect(db.prepare('SELECT scaled(?)').pluck().get(5)).toBe(5 * factor)
        expect(db.prepare("SELECT joined('a', 'b')").pluck().get()).toBe('a b')
        db.exec('CREATE TABLE IF NOT EXISTS unrelated (id)')
        db.function('scaled', { deterministic: true }, (value: number) => value * factor * 10)
        expect(db.prepare('SELECT scaled(?)').pluck().get(5)).toBe(50 * factor)
        expect(() => db.prepare('SELECT scaled(1, 2)')).toThrow(/wrong number of arguments/)
        subject.close?.()
      }
      expect(() => subject.open().prepare('SELECT scaled(1)')).toThrow(/no such function/)
    })

    it('reads and sets pragmas', () => {
      const db = openStock()
      expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
      db.pragma('foreign_keys = OFF')
      expect(db.pragma('foreign_keys')).toEqual([{ foreign_keys: 0 }])
      db.exec('INSERT INTO note (body) VALUES (1)')
      db.pragma('foreign_keys = ON')
      expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
      db.pragma('user_version = 7')
      expect(db.pragma('user_version', { simple: true })).toBe(7)
      expect(db.prepare('PRAGMA table_info(note)').all()).toHaveLength(2)
      subject.close?.()
      const next = openStock()
      expect(next.pragma('user_version', { simple: true })).toBe(0)
    })

    it('changes definitions after rows were written, and forgets that in the next life', () => {
      const db = openStock()
      db.exec("INSERT INTO stock VALUES ('lamp', 1)")
      const before = db.prepare('SELECT * FROM stock')
      db.exec('ALTER TABLE stock ADD COLUMN color TEXT; CREATE TABLE extra (id)')
      expect(before.get()).toEqual({ product: 'lamp', level: 1, color: null })
      db.exec('CREATE TABLE IF NOT EXISTS extra (id)')
      db.exec('DROP TABLE extra')
      expect(() => db.prepare('SELECT * FROM extra')).toThrow(/no such table/)
      db.exec('CREATE TABLE IF NOT EXISTS extra (id)')
      db.prepare('SELECT * FROM extra').all()
      subject.close?.()
      const next = openStock()
      expect(() => next.prepare('SELECT * FROM extra')).toThrow(/no such table/)
      expect(() => next.prepare('SELECT color FROM stock')).toThrow(/no such column/)
    })

    it('does not know a table before it is created, nor create one twice', () => {
      const create = 'CREATE TABLE once (id INTEGER)'
      for (let round = 0; round < 2; round++) {
        const db = subject.open()
        expect(() => db.prepare('SELECT * FROM once')).toThrow(/no such table/)
        db.exec(create)
        db.prepare('SELECT * FROM once').all()
        expect(() => db.exec(create)).toThrow(/already exists/)
        subject.close?.()
      }
    })

    it('takes definitions in a transaction back with it', () => {
      const db = openStock()
      const migrate = db.transaction((fails: boolean) => {
        db.exec('CREATE TABLE migrated (id)')
        db.prepare('SELECT * FROM migrated').all()
        if (fails) throw new Error('no')
      })
      expect(() => migrate(true)).toThrow('no')
      expect(() => db.prepare('SELECT * FROM migrated')).toThrow(/no such table/)
      migrate(false)
      expect(db.prepare('SELECT * FROM migrated').all()).toEqual([])
    })

    it('refuses everything once closed', () => {
      const db = openStock()
      const select = db.prepare('SELECT 1')
      db.close()
      expect(db.open).toBe(false)
      expect(() => select.get()).toThrow(TypeError)
      expect(() => db.exec('SELECT 1')).toThrow(/not open/)
    })
  })
}
