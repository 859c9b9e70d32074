import { expect, test } from 'vitest'
import { fromCloudEvent, toCloudEvent } from './cloud-events.ts'
import { createEvent, dedupeKey, Envelope, parseEvent, serializeEvent } from './envelope.ts'

const command = { id: 'place-1', trace_id: 'a'.repeat(32), correlation_id: 'order-1' }

test('an event made from a command names it as its cause, and events made from that event follow the chain', () => {
  const placed = createEvent('OrderPlaced', { orderId: 'order-1' }, command, 2)
  const paid = createEvent('OrderPaid', { orderId: 'order-1' }, placed)
  expect(placed).toMatchObject({
    version: 2,
    causation_id: 'place-1',
    correlation_id: 'order-1',
    trace_id: command.trace_id,
  })
  expect(paid).toMatchObject({
    causation_id: placed.id,
    correlation_id: 'order-1',
    trace_id: command.trace_id,
  })
  expect(paid.id).not.toBe(placed.id)
})

test('fields this reader does not know survive a round trip', () => {
  const event = { ...createEvent('X', { a: 1, nested: { b: [true, null] } }, command), tenant_id: 'acme' }
  expect(JSON.parse(serializeEvent(parseEvent(JSON.stringify(event))))).toEqual(event)
})

test('an event that is sent again is the same to whoever remembers its key, and no other event is', () => {
  const first = createEvent('X', { a: 1 }, command)
  const again = parseEvent(serializeEvent(parseEvent(serializeEvent(first))))
  expect(again).toEqual(first)
  expect(dedupeKey(again)).toBe(dedupeKey(first))
  expect(dedupeKey(createEvent('X', { a: 1 }, command))).not.toBe(dedupeKey(first))
})

test('texts that look like numbers or dates stay texts', () => {
  const data = {
    postalCode: '01067',
    day: '2026-01-05',
    at: '2026-01-05T09:00:00.000Z',
    digits: '9007199254740993',
  }
  expect(parseEvent(serializeEvent(createEvent('X', data, command))).data).toEqual(data)
})

test('data that JSON would change is refused when the event is made', () => {
  for (const value of [
    new Date(0),
    1n,
    undefined,
    new Map(),
    new Set(),
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ]) {
    expect(() => createEvent('X', { value }, command)).toThrow()
    expect(() => createEvent('X', { list: [{ value }] }, command)).toThrow()
  }
})

test('what is no event is refused when it is read', () => {
  const { id: _, ...withoutId } = createEvent('X', {}, command)
  for (const text of ['', '{', 'null', '[]', '{}', JSON.stringify(withoutId)])
    expect(() => parseEvent(text)).toThrow()
})

test('an event survives the way to a CloudEvent and back, unknown fields included', () => {
  const event = Envelope.parse({ ...createEvent('OrderPlaced', { total: 5 }, command, 3), tenant_id: 'acme' })
  const cloud = toCloudEvent(event, '/orders')
  expect(cloud).toMatchObject({
    specversion: '1.0',
    source: '/orders',
    type: 'OrderPlaced',
    subject: 'order-1',
  })
  for (const name of Object.keys(cloud)) expect(name).toMatch(/^[a-z0-9]+$/)
  expect(fromCloudEvent(JSON.parse(JSON.stringify(cloud)))).toEqual(event)
})

test('a CloudEvent of another version is refused', () => {
  const cloud = toCloudEvent(createEvent('X', {}, command), '/orders')
  expect(() => fromCloudEvent({ ...cloud, specversion: '0.3' })).toThrow()
})
