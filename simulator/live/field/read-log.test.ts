import { expect, test } from 'vitest'
import type { StoredMessageView } from '#simulator/kafka/inspection.ts'
import { inCausalOrder } from './read-log.ts'

function message(place: string, timestamp: number, id: string, cause?: string): [string, StoredMessageView] {
  const [topic = '', partition = ''] = place.split('/')
  const value = Buffer.from(JSON.stringify({ id, ...(cause !== undefined && { causation_id: cause }) }))
  const view = {
    topic,
    partition: Number(partition),
    offset: 0,
    key: null,
    value,
    headers: {},
    timestamp,
    label: id,
  }
  return [place, view]
}

function order(...messages: [string, StoredMessageView][]): string[] {
  const partitions = new Map<string, StoredMessageView[]>()
  for (const [place, view] of messages) partitions.set(place, [...(partitions.get(place) ?? []), view])
  return inCausalOrder(partitions).map(({ label }) => label)
}

test('goes by time between partitions', () => {
  expect(order(message('a/0', 1, 'first'), message('a/0', 3, 'third'), message('b/0', 2, 'second'))).toEqual([
    'first',
    'second',
    'third',
  ])
})

test('never changes the order inside a partition, whatever its times say', () => {
  expect(
    order(message('a/0', 9, 'first'), message('a/0', 1, 'second'), message('b/0', 5, 'between')),
  ).toEqual(['between', 'first', 'second'])
})

test('puts a cause before its effect although the clock of its sender was ahead', () => {
  expect(
    order(
      message('payments/0', 10, 'paid', 'placed'),
      message('orders/0', 12, 'placed'),
      message('orders/0', 13, 'confirmed', 'paid'),
    ),
  ).toEqual(['placed', 'paid', 'confirmed'])
})

test('what was caused by a command, or is no event at all, waits for nobody', () => {
  const rubbish: [string, StoredMessageView] = [
    'a/0',
    { ...message('a/0', 1, 'x')[1], value: Buffer.from('{') },
  ]
  expect(order(rubbish, message('a/0', 2, 'placed', 'command-7'))).toEqual(['x', 'placed'])
})

test('an event that was sent twice is there twice, and does not hold anything up', () => {
  expect(
    order(message('a/0', 1, 'placed'), message('a/0', 2, 'placed'), message('b/0', 3, 'paid', 'placed')),
  ).toEqual(['placed', 'placed', 'paid'])
})
