import BetterSqlite3 from 'better-sqlite3'
import { beforeEach, expect, test } from 'vitest'
import type { Database } from '#simulator/service.ts'
import { createEvent, type Envelope } from '#work/02-event-envelope/envelope.ts'
import { readReorderCandidates, readWeeklySales } from './queries.ts'
import { createStock } from './stock.ts'

let db: Database
let apply: (event: Envelope) => void

beforeEach(() => {
  db = new BetterSqlite3(':memory:')
  const { effects } = createStock(db)
  apply = event => effects[event.type]?.(event)
})

const event = (type: string, data: Record<string, unknown>) =>
  createEvent(type, data, { id: 'c', trace_id: 't', correlation_id: 'x' })
const product = (productId: string, more: object = {}) =>
  event('ProductListed', {
    productId,
    version: 1,
    name: productId,
    openingStock: 10,
    unitsOnOrder: 0,
    reorderLevel: 2,
    discontinued: false,
    ...more,
  })
const line = (productId: string, quantity: number) => ({ productId, quantity })
const placed = (orderId: string, ...lines: object[]) => event('OrderPlaced', { orderId, lines })
const confirmed = (orderId: string, ...lines: object[]) =>
  event('OrderConfirmed', { orderId, orderDate: '1997-01-15', lines })
const cancelled = (orderId: string, wasConfirmed: boolean, ...lines: object[]) =>
  event('OrderCancelled', { orderId, orderDate: '1997-01-15', wasConfirmed, lines })
const stockOf = (id: string) =>
  (db.prepare('SELECT stock FROM products WHERE id = ?').get(id) as { stock: number }).stock
const sent = () => db.prepare('SELECT type, key FROM outbox ORDER BY position').all()

test('an order reserves all its lines or none', () => {
  apply(product('chai'))
  apply(product('olives'))
  apply(placed('order-1', line('chai', 4), line('olives', 10)))
  apply(placed('order-2', line('chai', 1), line('olives', 1)))
  expect([stockOf('chai'), stockOf('olives')]).toEqual([6, 0])
  expect(sent()).toEqual([
    { type: 'StockReserved', key: 'order-1' },
    { type: 'StockRejected', key: 'order-2' },
  ])
})

test('lines of the same product are taken together', () => {
  apply(product('chai'))
  apply(placed('order-1', line('chai', 6), line('chai', 6)))
  expect(stockOf('chai')).toBe(10)
  expect(sent()).toEqual([{ type: 'StockRejected', key: 'order-1' }])
})

test('a cancelled order gives back what it held, once, and takes its sales back', () => {
  apply(product('chai'))
  apply(placed('order-1', line('chai', 4)))
  apply(confirmed('order-1', line('chai', 4)))
  expect(readWeeklySales(db)).toEqual([{ productId: 'chai', week: '1997-W03', units: 4 }])
  apply(cancelled('order-1', true, line('chai', 4)))
  expect(stockOf('chai')).toBe(10)
  expect(readWeeklySales(db)).toEqual([])
})

test('a cancellation that comes first keeps the order from ever reserving', () => {
  apply(product('chai'))
  apply(cancelled('order-1', false, line('chai', 4)))
  apply(placed('order-1', line('chai', 4)))
  expect(stockOf('chai')).toBe(10)
  expect(sent()).toEqual([])
})

test('an order for a product that is not listed yet waits for it, and a cancelled one no longer', () => {
  apply(placed('order-1', line('chai', 4)))
  apply(placed('order-2', line('chai', 4)))
  apply(cancelled('order-2', false, line('chai', 4)))
  apply(product('chai'))
  expect(stockOf('chai')).toBe(6)
  expect(sent()).toEqual([{ type: 'StockReserved', key: 'order-1' }])
})

test('the opening stock counts once, and an older version changes nothing', () => {
  apply(product('chai', { version: 2, reorderLevel: 5 }))
  apply(placed('order-1', line('chai', 4)))
  apply(product('chai', { version: 3, reorderLevel: 7 }))
  apply(product('chai', { version: 1 }))
  expect(stockOf('chai')).toBe(6)
  expect(db.prepare('SELECT reorder_level AS level FROM products').get()).toEqual({ level: 7 })
})

test('what falls to the reorder level is to be bought, unless discontinued or enough is on its way', () => {
  for (const [id, more] of Object.entries({
    low: {},
    coming: { unitsOnOrder: 5 },
    dropped: { discontinued: true },
  })) {
    apply(product(id, more))
    apply(placed(`order-${id}`, line(id, 8)))
    apply(confirmed(`order-${id}`, line(id, 8)))
  }
  expect(readReorderCandidates(db)).toEqual([
    { id: 'low', name: 'low', stock: 2, onOrder: 0, reorderLevel: 2, soldByWeek: { '1997-W03': 8 } },
  ])
})
