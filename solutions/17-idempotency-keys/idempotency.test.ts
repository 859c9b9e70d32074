import BetterSqlite3 from 'better-sqlite3'
import { beforeEach, expect, test } from 'vitest'
import type { Database } from '#simulator/service.ts'
import { createIdempotency, type KeyedRequest, KeyReused } from './idempotency.ts'

let db: Database
let once: ReturnType<typeof createIdempotency>
let effects = 0
const request: KeyedRequest = {
  customer: 'ada',
  method: 'POST',
  route: '/orders',
  key: 'k',
  body: { amount: 10 },
}
const effect = () => ({ status: 201, body: { number: ++effects } })

beforeEach(() => {
  db = new BetterSqlite3(':memory:')
  once = createIdempotency(db)
  effects = 0
})

test('a repeated request gets the first answer and has no second effect', () => {
  expect(once(request, effect)).toEqual({ status: 201, body: { number: 1 } })
  expect(once(request, effect)).toEqual({ status: 201, body: { number: 1 } })
  expect(effects).toBe(1)
})

test('the same key with another body is refused', () => {
  once(request, effect)
  expect(() => once({ ...request, body: { amount: 1000 } }, effect)).toThrow(KeyReused)
  expect(effects).toBe(1)
})

test.each([{ customer: 'grace' }, { method: 'PUT' }, { route: '/orders/order-1/cancel' }])(
  'the same key is another one with %o',
  other => {
    once(request, effect)
    once({ ...request, ...other }, effect)
    expect(effects).toBe(2)
  },
)

test('an effect that fails is rolled back and may be tried again with its key', () => {
  db.exec('CREATE TABLE orders (id TEXT)')
  const failing = () => {
    db.exec("INSERT INTO orders VALUES ('order-1')")
    throw new Error('disk full')
  }
  expect(() => once(request, failing)).toThrow('disk full')
  expect(db.prepare('SELECT count(*) AS n FROM orders').get()).toEqual({ n: 0 })
  expect(once(request, effect).status).toBe(201)
})

test('answers are remembered across a restart', () => {
  once(request, effect)
  expect(createIdempotency(db)(request, effect)).toEqual({ status: 201, body: { number: 1 } })
})
