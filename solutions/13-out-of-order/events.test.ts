import { expect, test } from 'vitest'
import { readEvent } from '#exercises/13-out-of-order/events.ts'

const read = (value: unknown) => readEvent({ value: Buffer.from(JSON.stringify(value)) })
const event = (type: string, data: unknown) => ({
  id: 'event-1',
  type,
  time: '2026-01-05T09:00:00.000Z',
  data,
})
const lines = [{ productId: 'tea', quantity: 3 }]

test('a product event says the whole product', () => {
  const data = {
    productId: 'tea',
    version: 2,
    name: 'Tea',
    category: 'B',
    unitPriceCents: 100,
    discontinued: true,
  }
  expect(read(event('ProductChanged', data)).event?.product).toEqual({ ...data, discontinued: 1 })
})

test('a confirmed order adds its units, and one that is cancelled takes them off only if it was confirmed', () => {
  expect(read(event('OrderConfirmed', { lines })).event?.lines).toEqual([{ productId: 'tea', units: 3 }])
  expect(read(event('OrderCancelled', { lines, wasConfirmed: true })).event?.lines).toEqual([
    { productId: 'tea', units: -3 },
  ])
  expect(read(event('OrderCancelled', { lines, wasConfirmed: false })).event?.lines).toEqual([])
})

test('two lines of the same product are one entry', () => {
  const twice = [...lines, { productId: 'milk', quantity: 1 }, { productId: 'tea', quantity: 2 }]
  expect(read(event('OrderConfirmed', { lines: twice })).event?.lines).toEqual([
    { productId: 'tea', units: 5 },
    { productId: 'milk', units: 1 },
  ])
})

test('other events are read and have nothing for search', () => {
  expect(read(event('OrderPlaced', { anything: 1 })).event).toMatchObject({ id: 'event-1', lines: [] })
})

test.each([
  'half a me',
  'null',
  '7',
  '[]',
  '{}',
  JSON.stringify(event('ProductChanged', { productId: 'tea', version: '2' })),
  JSON.stringify(event('OrderConfirmed', { lines: 7 })),
  JSON.stringify(event('OrderConfirmed', { lines: [{ productId: 'tea', quantity: 1.5 }] })),
])('%s cannot be read, and it says why', text => {
  expect(readEvent({ value: Buffer.from(text) })).toEqual({ unreadable: expect.any(String) })
})

test('neither can a tombstone', () => {
  expect(readEvent({ value: null }).event).toBeUndefined()
})
