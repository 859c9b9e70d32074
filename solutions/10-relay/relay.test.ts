import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createOutbox } from '#exercises/09-outbox/outbox.ts'
import { createFakeHost, type FakeHost } from '#simulator/shop/fake-host.ts'
import { createEvent } from '#work/02-event-envelope/envelope.ts'
import { createOrderStore } from '#work/09-outbox/order-store.ts'
import { relay } from './relay.ts'

let fake: FakeHost
beforeEach(async () => {
  vi.useFakeTimers()
  fake = createFakeHost('relay')
  await relay(fake.host)
})
afterEach(() => void vi.useRealTimers())

const event = (type: string) => createEvent(type, {}, { id: 'c', trace_id: 't', correlation_id: 'order-1' })
const types = () => fake.sent.map(({ message }) => message.headers?.type)
const unsent = () =>
  (fake.db.prepare('SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL').get() as { n: number }).n

test('rows are sent in order with their key, and marked after the broker has confirmed them', async () => {
  const outbox = createOutbox(fake.db)
  const placed = event('OrderPlaced')
  outbox.add('order.events', 'order-1', placed)
  outbox.add('payment.events', 'order-1', event('PaymentAuthorized'))
  let unsentWhileSending = 0
  fake.onSend = () => {
    unsentWhileSending = unsent()
  }
  await vi.advanceTimersByTimeAsync(300)
  expect(fake.sent[0]).toEqual({
    topic: 'order.events',
    message: {
      key: 'order-1',
      value: JSON.stringify(placed),
      headers: { id: placed.id, type: 'OrderPlaced' },
    },
  })
  expect(types()).toEqual(['OrderPlaced', 'PaymentAuthorized'])
  expect([unsentWhileSending, unsent()]).toEqual([2, 0])
})

test('what could not be sent stays and is sent later, nothing overtakes it', async () => {
  const outbox = createOutbox(fake.db)
  fake.sendError = new Error('no broker')
  outbox.add('order.events', 'order-1', event('A'))
  await vi.advanceTimersByTimeAsync(500)
  fake.sendError = undefined
  outbox.add('order.events', 'order-1', event('B'))
  await vi.advanceTimersByTimeAsync(2_000)
  expect(types()).toEqual(['A', 'B'])
})

test('a row that becomes visible below the ones on their way is not taken for sent', async () => {
  const outbox = createOutbox(fake.db)
  outbox.add('order.events', 'order-1', event('Early'))
  outbox.add('order.events', 'order-1', event('Late'))
  const late = fake.db.prepare('SELECT * FROM outbox WHERE position = 1').get() as Record<string, unknown>
  fake.db.exec('DELETE FROM outbox WHERE position = 1')
  fake.onSend = () => {
    fake.onSend = undefined
    fake.db
      .prepare(
        'INSERT INTO outbox (position, id, topic, key, type, value) VALUES (@position, @id, @topic, @key, @type, @value)',
      )
      .run(late)
  }
  await vi.advanceTimersByTimeAsync(1_000)
  expect(types()).toEqual(['Late', 'Early'])
})

test('events and their outbox rows are appended together or not at all', () => {
  const store = createOrderStore(fake.host)
  store.append('order-1', 0, [event('OrderPlaced')])
  expect(() => store.append('order-1', 0, [event('OrderPaid')])).toThrow()
  const rollBack = fake.db.transaction(() => {
    store.append('order-1', 1, [event('OrderPaid')])
    throw new Error('undo')
  })
  expect(rollBack).toThrow('undo')
  expect(store.read('order-1')).toMatchObject({
    version: 1,
    events: [{ type: 'OrderPlaced', correlation_id: 'order-1' }],
  })
  expect(unsent()).toBe(1)
})
