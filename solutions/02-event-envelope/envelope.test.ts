import { expect, test } from 'vitest'
import { fromCloudEvent, toCloudEvent } from './cloud-events.ts'
import { createEvent, Envelope, parseEvent } from './envelope.ts'

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
  expect(parseEvent(JSON.stringify(event))).toEqual(event)
})

test('data that JSON would change is refused when the event is made', () => {
  for (const value of [new Date(0), 1n, undefined, new Map(), Number.NaN])
    expect(() => createEvent('X', { value }, command)).toThrow()
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
