import BetterSqlite3 from 'better-sqlite3'
import { beforeEach, expect, test } from 'vitest'
import type { Database } from '#simulator/service.ts'
import { createPaymentProvider } from '#simulator/shop/parties.ts'
import { createPartyMemory, readLedger } from './party-memory.ts'

let db: Database
beforeEach(() => {
  db = new BetterSqlite3(':memory:')
})

const answer = { status: 201, body: { charged: 100 } }
const entry = { action: 'charge', key: 'k', orderId: 'order-1', amountCents: 100 }

test('what was answered and done is known after a restart, in its order', () => {
  const memory = createPartyMemory(db)
  expect(memory.find('k')).toBeUndefined()
  memory.keep('k', answer, entry)
  memory.keep('j', answer, { ...entry, key: 'j' })
  const restarted = createPartyMemory(db)
  expect(restarted.find('k')).toEqual(answer)
  expect(restarted.entries()).toEqual([entry, { ...entry, key: 'j' }])
})

test('an answer for which nothing was done leaves the ledger as it is', () => {
  createPartyMemory(db).keep('k', { status: 200, body: {} }, undefined)
  expect(readLedger(db)).toEqual([])
  expect(createPartyMemory(db).find('k')).toEqual({ status: 200, body: {} })
})

test('a key that comes again is one entry and keeps its first answer', () => {
  const memory = createPartyMemory(db)
  memory.keep('k', answer, entry)
  memory.keep('k', { status: 201, body: { charged: 200 } }, entry)
  expect(memory.entries()).toEqual([entry])
  expect(memory.find('k')).toEqual(answer)
})

test('the ledger and the answer are kept together or not at all', () => {
  const memory = createPartyMemory(db)
  db.exec("CREATE TRIGGER full BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'disk full'); END")
  expect(() => memory.keep('k', answer, entry)).toThrow('disk full')
  expect([memory.entries(), memory.find('k')]).toEqual([[], undefined])
})

test('a database that was never used has an empty ledger', () => {
  expect(readLedger(db)).toEqual([])
})

test('a provider that starts again neither charges twice nor forgets what it can refund', async () => {
  const ask = (path: string, key: string, body: object) =>
    createPaymentProvider(createPartyMemory(db)).fetch(
      new Request(`http://psp${path}`, {
        method: 'POST',
        headers: { 'idempotency-key': key },
        body: JSON.stringify(body),
      }),
    )
  const charge = { orderId: 'order-1', customerId: 'c', amountCents: 100 }
  await ask('/charges', 'charge-order-1', charge)
  expect(await (await ask('/charges', 'charge-order-1', charge)).json()).toEqual({ charged: 100 })
  expect((await ask('/refunds', 'refund-order-1', charge)).status).toBe(201)
  expect(readLedger(db).map(({ action }) => action)).toEqual(['charge', 'refund'])
})
