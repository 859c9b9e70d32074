import BetterSqlite3 from 'better-sqlite3'
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { createFind, createProducts } from '#exercises/13-out-of-order/products.ts'

let db: BetterSqlite3.Database
let find: ReturnType<typeof createFind>
beforeEach(() => {
  db = new BetterSqlite3(':memory:')
  createProducts(db)
  find = createFind(db)
})

function add(id: string, name: string, more: { popularity?: number; discontinued?: 0 | 1 } = {}): void {
  const { popularity = 0, discontinued = 0 } = more
  db.prepare("INSERT INTO products VALUES (NULL, ?, 1, ?, 'Beverages', 100, ?, ?)").run(
    id,
    name,
    discontinued,
    popularity,
  )
}
const names = (query: string) => (find(query) as { name: string }[]).map(row => row.name)

test('the index follows the table, whatever happens to a row', () => {
  add('p', 'Green Tea')
  expect(names('green')).toEqual(['Green Tea'])
  db.exec("UPDATE products SET name = 'Black Coffee'")
  expect(names('green')).toEqual([])
  expect(names('coffee')).toEqual(['Black Coffee'])
  db.exec('DELETE FROM products')
  expect(names('coffee')).toEqual([])
})

test('an upsert that is held back by its condition leaves the index alone', () => {
  add('p', 'Green Tea')
  db.exec(`
    INSERT INTO products (id, version, name, category, unit_price_cents, discontinued)
    VALUES ('p', 0, 'Black Coffee', 'Beverages', 100, 0)
    ON CONFLICT DO UPDATE SET name = excluded.name WHERE excluded.version > version
  `)
  expect(names('green')).toEqual(['Green Tea'])
  expect(names('coffee')).toEqual([])
})

test('the most popular ones come first', () => {
  add('a', 'Tea A')
  add('b', 'Tea B', { popularity: 3 })
  expect(names('tea')).toEqual(['Tea B', 'Tea A'])
})

test('words match from their beginning, in name and category', () => {
  add('p', 'Jalapeño Sauce')
  expect(names('jalap bev')).toEqual(['Jalapeño Sauce'])
  expect(names('apeno')).toEqual([])
})

test('nothing that people type breaks the query', () => {
  add('p', 'Tea')
  for (const text of ['"', "'", '*', 'a OR', 'NEAR(', 'name:tea', '-', '(', '^tea', '\0', 'AND', ''])
    expect(() => find(text)).not.toThrow()
  expect(names('tea"')).toEqual(['Tea'])
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), text => void find(text)))
})

test('discontinued products are not found', () => {
  add('p', 'Tea', { discontinued: 1 })
  expect([...names('tea'), ...names('')]).toEqual([])
})
