import BetterSqlite3 from 'better-sqlite3'
import { expect, test } from 'vitest'
import { parsePeriod, readRevenue } from './revenue.ts'

const db = new BetterSqlite3(':memory:')
db.exec(`
  CREATE TABLE sales_facts (order_date TEXT, revenue_cents INTEGER, orders INTEGER, units INTEGER);
  INSERT INTO sales_facts VALUES
    ('1996-12-30', 100, 1, 1), ('1997-01-01', 200, 1, 2), ('1997-01-15', 400, 1, 4), ('1997-01-15', 40, 0, 4),
    ('1997-02-01', 800, 1, 8), ('1997-02-01', -800, -1, -8)
`)
const revenue = (text: string) =>
  readRevenue(db, parsePeriod(text)!).map(row => [row.period, row.revenueCents])

test('revenue is summed by day, ISO week, month and year', () => {
  expect(revenue('year')).toEqual([
    ['1996', 100],
    ['1997', 640],
  ])
  expect(revenue('month')).toEqual([
    ['1996-12', 100],
    ['1997-01', 640],
  ])
  expect(revenue('week')).toEqual([
    ['1997-W01', 300],
    ['1997-W03', 440],
  ])
  expect(revenue('day')).toEqual([
    ['1996-12-30', 100],
    ['1997-01-01', 200],
    ['1997-01-15', 440],
  ])
})

test('one period is one row, also without any revenue', () => {
  expect(revenue('1997-W01')).toEqual([['1997-W01', 300]])
  expect(revenue('1998')).toEqual([['1998', 0]])
})

test.each(['', 'decade', '97', '1997-13', '1997-W54', '1997-01-32', "1997' OR 1", '1997-1'])(
  '%o is no period',
  text => {
    expect(parsePeriod(text)).toBeUndefined()
  },
)
