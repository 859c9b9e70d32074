import { expect, test } from 'vitest'
import type { Envelope } from '#work/02-event-envelope/envelope.ts'
import { upcast } from './upcast.ts'

const envelope = (version: number, data: Record<string, unknown>): Envelope => ({
  id: 'event-1',
  type: 'OrderPlaced',
  version,
  time: '2026-01-05T09:00:00.000Z',
  trace_id: 'trace',
  causation_id: 'command',
  correlation_id: 'order-1',
  position: 7,
  data,
})
const newest = {
  orderId: 'order-1',
  orderDate: '2026-01-05',
  customer: { id: 'ada' },
  lines: [{ productId: 'chai', quantity: 3, unitPriceCents: 1999, discountBasisPoints: 1500 }],
  totalCents: 5097,
}

test('every version of OrderPlaced is read as the newest', () => {
  const { customer, ...rest } = newest
  const { totalCents, ...old } = rest
  const version1 = {
    ...old,
    customerId: 'ada',
    lines: [{ productId: 'chai', quantity: 3, unitPrice: 19.99, discount: 0.15 }],
  }
  const expected = envelope(3, newest)
  expect(upcast(envelope(1, version1))).toEqual(expected)
  expect(upcast(envelope(2, { ...rest, customerId: customer.id, totalCents }))).toEqual(expected)
  expect(upcast(envelope(3, newest))).toEqual(expected)
})

test('identity and position stay as they are, and the stored event is not touched', () => {
  const stored = envelope(2, { ...newest, customerId: 'ada' })
  const copy = structuredClone(stored)
  expect(upcast(stored)).toMatchObject({ id: 'event-1', position: 7, time: stored.time })
  expect(stored).toEqual(copy)
})

test('types without steps and versions from the future pass through', () => {
  const other = { ...envelope(1, {}), type: 'OrderPaid' }
  expect(upcast(other)).toBe(other)
  const future = envelope(9, {})
  expect(upcast(future)).toBe(future)
})
