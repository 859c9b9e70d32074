import { beforeEach, expect, test } from 'vitest'
import type { OrderStore } from '#exercises/09-outbox/contract.ts'
import { createFakeHost, type FakeHost } from '#simulator/shop/fake-host.ts'
import { createEvent, parseEvent } from '#work/02-event-envelope/envelope.ts'
import { createOrderStore } from './order-store.ts'

let fake: FakeHost
let store: OrderStore
beforeEach(() => {
  fake = createFakeHost('orders')
  store = createOrderStore(fake.host)
})

const event = (type: string) => createEvent(type, {}, { id: 'c', trace_id: 't', correlation_id: 'order-1' })
const rows = () => fake.db.prepare<[], { key: string; value: string }>('SELECT key, value FROM outbox').all()

test('an append leaves a row for every event, in their order, and sends nothing itself', () => {
  const events = [event('OrderPlaced'), event('OrderPaid')]
  store.append('order-1', 0, events)
  expect(store.read('order-1')).toEqual({ events, version: 2 })
  expect(rows().map(({ value }) => parseEvent(value))).toEqual(events)
  expect(rows().map(({ key }) => key)).toEqual(['order-1', 'order-1'])
  expect(fake.sent).toEqual([])
})

test('an append that conflicts leaves neither event nor row', () => {
  store.append('order-1', 0, [event('OrderPlaced')])
  expect(() => store.append('order-1', 0, [event('OrderPlaced')])).toThrow('is at version 1, not 0')
  expect(store.read('order-1').version).toBe(1)
  expect(rows()).toHaveLength(1)
})

test('in a transaction of the caller’s, what is rolled back is neither stored nor published', () => {
  const failing = fake.db.transaction(() => {
    store.append('order-1', 0, [event('OrderPlaced')])
    throw new Error('the rest of the request failed')
  })
  expect(failing).toThrow('the rest of the request failed')
  expect(store.read('order-1').version).toBe(0)
  expect(rows()).toEqual([])
})
