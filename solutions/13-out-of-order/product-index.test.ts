import BetterSqlite3 from 'better-sqlite3'
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { createProductIndex } from './product-index.ts'

let index: ReturnType<typeof createProductIndex>
beforeEach(() => {
  index = createProductIndex(new BetterSqlite3(':memory:'))
})

const product = (productId: string, name: string, version = 1) => ({
  productId,
  version,
  name,
  category: 'Beverages',
  unitPriceCents: 100,
  discontinued: false,
})
const names = (query: string) => (index.find(query) as { name: string }[]).map(row => row.name)

test('an older version never takes the place of a newer one, in the index neither', () => {
  index.save(product('p', 'Green Tea', 3))
  index.save(product('p', 'Black Coffee', 2))
  expect(names('green')).toEqual(['Green Tea'])
  expect(names('coffee')).toEqual([])
  index.save(product('p', 'White Tea', 4))
  expect(names('green')).toEqual([])
  expect(names('tea')).toEqual(['White Tea'])
})

test('units of a product that is not known yet wait for it', () => {
  index.addUnits('b', 5)
  index.addUnits('b', -2)
  index.save(product('a', 'Tea A'))
  index.save(product('b', 'Tea B'))
  expect(names('tea')).toEqual(['Tea B', 'Tea A'])
  index.save(product('b', 'Tea B', 2))
  expect(index.find('tea')[0]).toMatchObject({ id: 'b', popularity: 3 })
})

test('words match from their beginning, in name and category', () => {
  index.save(product('p', 'Jalapeño Sauce'))
  expect(names('jalap bev')).toEqual(['Jalapeño Sauce'])
  expect(names('apeno')).toEqual([])
})

test('nothing that people type breaks the query', () => {
  index.save(product('p', 'Tea'))
  for (const text of ['"', "'", '*', 'a OR', 'NEAR(', 'name:tea', '-', '(', '^tea', '\0', 'AND', ''])
    expect(() => index.find(text)).not.toThrow()
  expect(names('tea"')).toEqual(['Tea'])
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), text => void index.find(text)))
})

test('discontinued products are not found', () => {
  index.save({ ...product('p', 'Tea'), discontinued: true })
  expect([...names('tea'), ...names('')]).toEqual([])
})
