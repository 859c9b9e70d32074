import { beforeEach, expect, test } from 'vitest'
import { PermanentError, TransientError } from '#exercises/14-dead-letters/errors.ts'
import { createFakeHost, type FakeHost } from '#simulator/shop/fake-host.ts'
import { createEvent, type Envelope } from '#work/02-event-envelope/envelope.ts'
import { consume } from './consume.ts'

let fake: FakeHost
let handle: (event: Envelope) => void
let handled: string[]
const event = (type: string) => createEvent(type, {}, { id: 'c', trace_id: 't', correlation_id: 'order-1' })
const start = () => consume(fake.host, { groupId: 'svc', topics: ['order.events'], handle: it => handle(it) })

beforeEach(async () => {
  fake = createFakeHost('svc')
  handled = []
  handle = ({ type }) => void handled.push(type)
  await start()
})

const deliver = (type: string, offset: string, key = 'order-1') =>
  fake.deliver('order.events', { key, offset, value: event(type) })
const redrive = (type: string, offset: string) =>
  fake.deliver('retry.svc', {
    value: event(type),
    offset: '900',
    headers: { 'origin-topic': 'order.events', 'origin-partition': '0', 'origin-offset': offset },
  })
const dead = () =>
  fake.sent.map(({ message }) => [
    String(message.headers?.['origin-offset']),
    String(message.headers?.reason),
  ])

test('an unreadable message is a dead letter at once, with its bytes and its origin', async () => {
  await fake.deliver('order.events', { value: '{"half', offset: '7', headers: { type: 'OrderPlaced' } })
  expect(fake.sent).toEqual([
    {
      topic: 'dead.svc',
      message: {
        key: Buffer.from('order-1'),
        value: Buffer.from('{"half'),
        headers: expect.objectContaining({
          type: 'OrderPlaced',
          'origin-topic': 'order.events',
          'origin-partition': '0',
          'origin-offset': '7',
        }),
      },
    },
  ])
})

test('a permanent failure is a dead letter at once, a transient one never', async () => {
  handle = () => {
    throw new PermanentError('refused')
  }
  await deliver('A', '1')
  expect(dead()).toEqual([['1', 'refused']])
  handle = () => {
    throw new TransientError('down')
  }
  for (let attempt = 0; attempt < 20; attempt++)
    await expect(deliver('B', '2', 'order-2')).rejects.toThrow('down')
  expect(dead()).toHaveLength(1)
})

test('any other failure is tried five times, counted across restarts', async () => {
  handle = () => {
    throw new TypeError('bug')
  }
  for (let attempt = 0; attempt < 5; attempt++) {
    const failure = deliver('A', '1')
    await expect(failure).rejects.toThrow('bug')
    await expect(failure).rejects.not.toBeInstanceOf(TypeError)
    await start()
  }
  await deliver('A', '1')
  expect(dead()).toEqual([['1', 'failed 5 times']])
})

test('later messages of a parked key wait behind it, others go on, and redriven ones free the key', async () => {
  await fake.deliver('order.events', { value: 'unreadable', offset: '1' })
  await deliver('B', '2')
  await deliver('C', '3', 'order-2')
  expect(handled).toEqual(['C'])
  expect(dead().map(([offset]) => offset)).toEqual(['1', '2'])
  await redrive('A', '1')
  await deliver('D', '4')
  await redrive('B', '2')
  await redrive('D', '4')
  await deliver('E', '5')
  expect(handled).toEqual(['C', 'A', 'B', 'D', 'E'])
})

test('the offset does not move on before the dead letter is confirmed', async () => {
  fake.sendError = new Error('no broker')
  const failure = fake.deliver('order.events', { value: 'unreadable', offset: '1' })
  await expect(failure).rejects.toThrow('no broker')
  fake.sendError = undefined
  await fake.deliver('order.events', { value: 'unreadable', offset: '1' })
  await deliver('B', '2')
  expect(dead().map(([offset]) => offset)).toEqual(['1', '2'])
})

test('a message that is on its way to the dead letters is not tried again', async () => {
  fake.sendError = new Error('no broker')
  handle = () => {
    throw new PermanentError('refused')
  }
  await expect(deliver('A', '1')).rejects.toThrow('no broker')
  fake.sendError = undefined
  handle = ({ type }) => void handled.push(type)
  await deliver('A', '1')
  expect(handled).toEqual([])
  expect(dead().map(([offset]) => offset)).toEqual(['1'])
})

test('a redriven message begins its attempts anew', async () => {
  handle = () => {
    throw new Error('bug')
  }
  for (let attempt = 0; attempt < 5; attempt++) await expect(deliver('A', '1')).rejects.toThrow('bug')
  await deliver('A', '1')
  expect(dead()).toHaveLength(1)
  await expect(redrive('A', '1')).rejects.toThrow('bug')
  handle = ({ type }) => void handled.push(type)
  await redrive('A', '1')
  expect(handled).toEqual(['A'])
})
