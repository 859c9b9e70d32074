import { beforeEach, expect, test } from 'vitest'
import { createEvent } from '#work/02-event-envelope/envelope.ts'
import { createFakeHost, type FakeHost } from './fake-host.ts'
import { orders } from './orders.ts'
import { ordersVersion3 } from './orders-v3.ts'

let fake: FakeHost
beforeEach(async () => {
  fake = createFakeHost('orders')
  await orders(fake.host)
})

const line = { productId: 'chai', quantity: 2, unitPriceCents: 1000, discount: 0.1 }
const order = { customerId: 'ada', orderDate: '2026-01-05', lines: [line] }
const place = (body: unknown, key = 'k1') => fake.request('POST', '/orders', body, { 'idempotency-key': key })
const outbox = () =>
  (fake.db.prepare('SELECT value FROM outbox ORDER BY position').all() as { value: string }[]).map(row =>
    JSON.parse(row.value),
  )
const fact = (type: string, orderId = 'order-1') =>
  createEvent(type, { orderId }, { id: 'c', trace_id: 't', correlation_id: orderId })

test('a placed order is answered with its total and recorded with its command as cause', async () => {
  const response = await place(order)
  expect(response.status).toBe(201)
  expect(await response.json()).toEqual({ orderId: 'order-1', status: 'placed', totalCents: 1800 })
  expect(outbox()).toEqual([
    expect.objectContaining({
      type: 'OrderPlaced',
      version: 2,
      causation_id: 'k1',
      correlation_id: 'order-1',
    }),
  ])
})

test('the same request again is answered the same and places nothing', async () => {
  const { orderDate: _, ...undated } = order
  await place(undated)
  expect(await (await place(undated)).json()).toMatchObject({ orderId: 'order-1' })
  expect(await (await place(undated, 'k2')).json()).toMatchObject({ orderId: 'order-2' })
  expect(outbox()).toHaveLength(2)
})

test('counting passes over ids that an import has taken', async () => {
  await place({ ...order, orderId: 'order-1' })
  expect(await (await place(order, 'k2')).json()).toMatchObject({ orderId: 'order-2' })
})

test.each([
  ['a body that is not JSON', '{', { 'idempotency-key': 'k' }, 400],
  ['a body that is no object', '[]', { 'idempotency-key': 'k' }, 400],
  ['no idempotency key', order, {}, 400],
  ['no lines', { ...order, lines: [] }, { 'idempotency-key': 'k' }, 400],
  ['a quantity of zero', { ...order, lines: [{ ...line, quantity: 0 }] }, { 'idempotency-key': 'k' }, 400],
  [
    'a discount with five places',
    { ...order, lines: [{ ...line, discount: 0.12345 }] },
    { 'idempotency-key': 'k' },
    400,
  ],
  ['a date that does not exist', { ...order, orderDate: '2026-02-30' }, { 'idempotency-key': 'k' }, 400],
  [
    'a date that no calendar of ours has',
    { ...order, orderDate: '0000-01-01' },
    { 'idempotency-key': 'k' },
    400,
  ],
  ['an id that is no id', { ...order, orderId: 'a/b' }, { 'idempotency-key': 'k' }, 400],
  ['an id that climbs', { ...order, orderId: '..' }, { 'idempotency-key': 'k' }, 400],
  ['a body that is text', order, { 'idempotency-key': 'k', 'content-type': 'text/plain' }, 415],
])('%s is refused with a problem', async (_, body, headers, status) => {
  const response = await fake.request('POST', '/orders', body, headers as Record<string, string>)
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(await response.json()).toMatchObject({ status, title: expect.any(String) })
  expect(outbox()).toEqual([])
})

test('the key with another body is 422, a taken order id 409, an unknown order 404', async () => {
  await place({ ...order, orderId: 'order-1' })
  expect((await place({ ...order, orderId: 'order-2' })).status).toBe(422)
  expect((await place({ ...order, orderId: 'order-1', orderDate: '2026-01-06' }, 'k2')).status).toBe(409)
  expect((await fake.request('GET', '/orders/order-9')).status).toBe(404)
  expect(
    (await fake.request('POST', '/orders/order-9/cancel', undefined, { 'idempotency-key': 'c' })).status,
  ).toBe(404)
  expect((await fake.request('GET', '/nowhere')).status).toBe(404)
})

test('payment and stock confirm an order, in any order and however often they come', async () => {
  await place(order)
  for (const type of [
    'StockReserved',
    'StockReserved',
    'PaymentAuthorized',
    'StockReserved',
    'PaymentAuthorized',
  ])
    await fake.deliver('stock.events', { value: fact(type) })
  expect(outbox().map(event => event.type)).toEqual([
    'OrderPlaced',
    'OrderStockReserved',
    'OrderPaid',
    'OrderConfirmed',
  ])
  expect(await (await fake.request('GET', '/orders/order-1')).json()).toMatchObject({
    status: 'confirmed',
    totalCents: 1800,
  })
})

test('a fact is the cause of what follows from it', async () => {
  await place(order)
  const paid = fact('PaymentAuthorized')
  await fake.deliver('payment.events', { value: paid })
  expect(outbox()[1]).toMatchObject({
    type: 'OrderPaid',
    causation_id: paid.id,
    correlation_id: 'order-1',
    trace_id: 't',
  })
})

test('a late payment does not bring back a cancelled order', async () => {
  await place(order)
  const cancel = () => fake.request('POST', '/orders/order-1/cancel', undefined, { 'idempotency-key': 'c' })
  expect(await (await cancel()).json()).toEqual({ orderId: 'order-1', status: 'cancelled' })
  expect((await cancel()).status).toBe(200)
  await fake.deliver('payment.events', { value: fact('PaymentAuthorized') })
  expect(outbox().map(event => event.type)).toEqual(['OrderPlaced', 'OrderCancelled'])
})

test('the next version writes OrderPlaced in its new shape and goes on with orders of the old one', async () => {
  await place(order)
  await ordersVersion3(fake.host)
  await place({ ...order, customerId: 'grace' }, 'k2')
  await fake.deliver('payment.events', { value: fact('PaymentAuthorized', 'order-1') })
  expect(outbox()[1]).toMatchObject({ version: 3, data: { customer: { id: 'grace' }, channel: 'web' } })
  expect(outbox()[2]).toMatchObject({ type: 'OrderPaid', data: { orderId: 'order-1', totalCents: 1800 } })
})

test('a database that cannot be written is 503 and pins nothing', async () => {
  fake.db.pragma('query_only = ON')
  const response = await place(order)
  fake.db.pragma('query_only = OFF')
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('1')
  expect((await place(order)).status).toBe(201)
})
