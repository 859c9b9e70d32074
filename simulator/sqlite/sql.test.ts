import { describe, expect, it } from 'vitest'
import { parseSql } from './sql.ts'

describe('parseSql', () => {
  it.each([
    ['SELECT 1', 'read', 'select'],
    ['select \'from x\' as a from Main."Orders" o', 'read', 'select orders'],
    ['WITH a AS (SELECT * FROM b) INSERT INTO c SELECT * FROM a', 'write', 'insert c'],
    ['WITH a AS (SELECT 1) SELECT * FROM a', 'read', 'select a'],
    ['INSERT OR IGNORE INTO processed(id) VALUES (?)', 'write', 'insert processed'],
    ['REPLACE INTO [my table] VALUES (1)', 'write', 'replace my table'],
    ['UPDATE OR IGNORE orders SET a = 1', 'write', 'update orders'],
    ['/* why */ DELETE FROM `orders` -- all', 'write', 'delete orders'],
    ['CREATE UNIQUE INDEX IF NOT EXISTS by_time ON orders (time)', 'define', 'create by_time'],
    ['CREATE VIRTUAL TABLE found USING fts5(name)', 'define', 'create found'],
    ['ALTER TABLE orders ADD COLUMN x', 'define', 'alter orders'],
    ['PRAGMA foreign_keys = ON', 'pragma', 'pragma'],
    ['BEGIN EXCLUSIVE TRANSACTION', 'begin', 'begin'],
    ['END TRANSACTION', 'commit', 'commit'],
    ['ROLLBACK TRANSACTION TO SAVEPOINT a', 'rollback-to', 'rollback'],
    ['ATTACH DATABASE "x" AS y', 'unsupported', 'attach'],
  ])('%s', (sql, kind, operation) => {
    expect(parseSql(sql).map(statement => [statement.kind, statement.operation])).toEqual([[kind, operation]])
  })

  it('cuts a script at its semicolons, not at those in strings, comments and triggers', () => {
    const script = `INSERT INTO a VALUES (';'); -- b; c
      CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; UPDATE a SET b = CASE WHEN 1 THEN 2 END; END;
      ;; /* ; */ SELECT 1;`
    expect(parseSql(script).map(({ operation }) => operation)).toEqual(['insert a', 'create t', 'select'])
  })

  it('tells repeatable definitions from others', () => {
    expect(parseSql('CREATE TABLE IF NOT EXISTS a (b)')[0]?.repeatable).toBe(true)
    expect(parseSql('CREATE TABLE a (b)')[0]?.repeatable).toBe(false)
    expect(parseSql('DROP TABLE IF EXISTS a')[0]?.repeatable).toBe(false)
  })

  it('tells what must see its own transactions', () => {
    expect(parseSql('INSERT OR ROLLBACK INTO a VALUES (1)')[0]?.needsOwnTransaction).toBe(true)
    expect(
      parseSql('CREATE TABLE a (b REFERENCES c DEFERRABLE INITIALLY DEFERRED)')[0]?.needsOwnTransaction,
    ).toBe(true)
    expect(parseSql("INSERT INTO a VALUES ('rollback')")[0]?.needsOwnTransaction).toBe(false)
  })

  it('tells pragmas that set from pragmas that ask', () => {
    const assigns = [
      'user_version',
      'user_version = 3',
      'foreign_keys(1)',
      'table_info(a)',
      'main.user_version=1',
    ]
    expect(assigns.map(source => parseSql(`PRAGMA ${source}`)[0]?.assigns)).toEqual([
      false,
      true,
      true,
      false,
      true,
    ])
  })
})
