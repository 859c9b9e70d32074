import { expect, test } from 'vitest'
import { fold } from '#simulator/trace/fold.ts'
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { isoWeek } from './calendar.ts'
import { has, shopLog } from './log-fold.ts'

const lines = [
  { productId: 'chai', quantity: 3, unitPriceCents: 1999, discountBasisPoints: 1500 },
  { productId: 'olives', quantity: 1, unitPriceCents: 650, discountBasisPoints: 0 },
]
let seq = 0
function append(topic: string, type: string, data: object, more: object = {}): TraceRecord {
  const subject = String(Object.values(data)[0])
  const event = {
    id: `${subject}-${type}`,
    type,
    version: 2,
    causation_id: 'command',
    correlation_id: subject,
    data,
    ...more,
  }
  const record = {
    seq: ++seq,
    t: 0,
    process: 'relay',
    cause: 0,
    kind: 'kafka.append',
    topic,
    partition: 0,
    offset: seq,
    key: subject,
    label: `${subject}/${type}`,
    value: JSON.stringify(event),
  }
  return record
}
const product = (version: number, more: object = {}) =>
  append(
    'product.events',
    'ProductChanged',
    {
      productId: 'chai',
      version,
      name: 'Chai',
      category: 'Tea',
      unitPriceCents: 1999,
      openingStock: 10,
      unitsOnOrder: 0,
      reorderLevel: 0,
      discontinued: false,
      ...more,
    },
    { id: `chai-${version}` },
  )
const placed = append('order.events', 'OrderPlaced', { orderId: 'order-1', orderDate: '1997-01-15', lines })
const order = (type: string) => append('order.events', type, { orderId: 'order-1' })
const paid = append('payment.events', 'PaymentAuthorized', { orderId: 'order-1' })
const reserved = append('stock.events', 'StockReserved', { orderId: 'order-1' })

test('a confirmed order counts in stock, weekly sales, popularity and revenue', () => {
  const shop = fold(shopLog, [product(1), placed, paid, reserved, order('OrderConfirmed')])
  expect(shop.held.get('chai')).toBe(3)
  expect(shop.weeklySales.get('chai')).toEqual(new Map([['1997-W03', 3]]))
  expect(shop.popularity.get('olives')).toBe(1)
  expect(shop.revenue).toEqual(new Map([['1997-01-15', 5097 + 650]]))
  expect(shop.flaws).toEqual([])
})

test('an event that is in the log twice counts once, and is no flaw', () => {
  const confirmed = order('OrderConfirmed')
  const shop = fold(shopLog, [placed, placed, paid, reserved, reserved, confirmed, placed, confirmed])
  expect(shop.held.get('chai')).toBe(3)
  expect(shop.revenue.get('1997-01-15')).toBe(5747)
  expect(shop.flaws).toEqual([])
})

test('a cancellation takes everything back, whenever the reservation comes', () => {
  const confirmed = order('OrderConfirmed')
  const cancelled = order('OrderCancelled')
  for (const log of [
    [placed, paid, reserved, confirmed, cancelled],
    [placed, cancelled, reserved],
  ]) {
    const shop = fold(shopLog, log)
    expect([shop.held.get('chai') ?? 0, shop.revenue.get('1997-01-15') ?? 0]).toEqual([0, 0])
  }
})

test('the newest version of a product counts, whatever came last', () => {
  const shop = fold(shopLog, [product(2, { name: 'New' }), product(1, { name: 'Old' })])
  expect(shop.products.get('chai')).toMatchObject({ version: 2, name: 'New' })
})

test('prices of version 1 are read as cents', () => {
  const old = append('order.events', 'OrderPlaced', {
    orderId: 'order-1',
    orderDate: '1997-01-15',
    lines: [{ productId: 'chai', quantity: 3, unitPrice: 19.99, discount: 0.15 }],
  })
  expect(fold(shopLog, [old]).orders.get('order-1')?.totalCents).toBe(5097)
})

test.each([
  [
    'repeated',
    [
      placed,
      append(
        'order.events',
        'OrderPlaced',
        { orderId: 'order-1', orderDate: '1997-01-15', lines },
        { id: 'x' },
      ),
    ],
  ],
  ['before-placed', [order('OrderPaid'), placed]],
  ['after-cancelled', [placed, order('OrderCancelled'), order('OrderPaid')]],
  ['unfounded', [placed, paid, order('OrderConfirmed')]],
  [
    'broken-correlation',
    [
      placed,
      append(
        'payment.events',
        'PaymentAuthorized',
        { orderId: 'order-1' },
        { causation_id: 'order-1-OrderPlaced', correlation_id: 'new' },
      ),
    ],
  ],
  ['unreadable', [{ ...placed, value: '{"half' } as TraceRecord]],
])('%s is reported as a flaw of the log', (kind, log) => {
  expect(fold(shopLog, log as TraceRecord[]).flaws.map(flaw => flaw.kind)).toEqual([kind])
})

test('only what no event has caused is a root', () => {
  const caused = append(
    'payment.events',
    'PaymentAuthorized',
    { orderId: 'order-1' },
    { causation_id: 'order-1-OrderPlaced' },
  )
  expect(fold(shopLog, [placed, caused]).roots.map(root => root.causation)).toEqual(['command'])
  expect(has(fold(shopLog, [placed, caused]).orders.get('order-1')!, 'PaymentAuthorized')).toBe(true)
})

test.each([
  ['1997-01-15', '1997-W03'],
  ['1996-12-30', '1997-W01'],
  ['1997-12-29', '1998-W01'],
  ['1998-12-31', '1998-W53'],
  ['1999-01-03', '1998-W53'],
  ['1999-01-04', '1999-W01'],
  ['1969-12-28', '1969-W52'],
  ['2021-01-03', '2020-W53'],
])('%s is in %s', (date, week) => {
  expect(isoWeek(date)).toBe(week)
})
