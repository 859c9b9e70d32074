import { describe, expect, test } from 'vitest'
import { compare, type Flow } from './compare.ts'
import type { LoggedMessage, Snapshot } from './snapshot.ts'

type Said = [key: string, type: string, cause?: string, content?: string]

const partition = (...messages: Said[]): LoggedMessage[] =>
  messages.map(([key, type, cause = 'place-1', content = '{}'], offset) => ({
    offset,
    key,
    type,
    cause,
    content,
  }))

const log: Record<string, Said[]> = {
  'order.events/0': [
    ['order-1', 'OrderPlaced'],
    ['order-2', 'OrderPlaced'],
    ['order-1', 'OrderPaid'],
    ['order-1', 'OrderStockReserved'],
    ['order-1', 'OrderConfirmed'],
  ],
  'order.events/1': [['order-3', 'OrderPlaced']],
  'dead.orders/0': [],
}

interface Change {
  readonly log?: Record<string, Said[]>
  readonly rows?: Record<string, string>
  readonly numbers?: Record<string, number>
}

function snapshot(change: Change = {}): Snapshot {
  const rows = change.rows ?? { chai: '{"stock":7}', honey: '{"stock":2}' }
  return {
    log: new Map(
      Object.entries({ ...log, ...change.log }).map(([place, said]) => [place, partition(...said)]),
    ),
    rows: new Map([['stock', new Map(Object.entries(rows))]]),
    numbers: new Map(
      Object.entries({ 'orders.accepted': 3, 'sales.revenueCents': 900, 'log.events': 6, ...change.numbers }),
    ),
  }
}

/** What differs from the snapshot above, by what was compared. */
function differences(change: Change, flow: Flow = 'phased') {
  return Object.fromEntries(
    compare(snapshot(), snapshot(change), flow)
      .filter(({ differences }) => differences.length > 0)
      .map(({ what, differences }) => [what, differences]),
  )
}

const with0 = (edit: (said: Said[]) => Said[]): Change => ({
  log: { 'order.events/0': edit([...log['order.events/0']!]) },
})
const swap = (first: number) => (said: Said[]) => said.toSpliced(first, 2, said[first + 1]!, said[first]!)

describe.each(['phased', 'natural'] as const)('in the %s flow', flow => {
  test('two that are the same do not differ, and everything was counted', () => {
    const comparisons = compare(snapshot(), snapshot(), flow)
    expect(comparisons.flatMap(({ differences }) => differences)).toEqual([])
    const counts = Object.fromEntries(comparisons.map(({ what, count }) => [what, count]))
    expect(counts).toMatchObject({ partitions: 3, 'rows of stock': 2 })
    expect(counts).toMatchObject(
      flow === 'phased'
        ? { 'order in order.events/0': 5, numbers: 3 }
        : { 'order by key in order.events': 3 },
    )
  })

  test('a key in another partition is noticed', () => {
    const change = {
      log: { 'order.events/1': [], 'dead.orders/0': [], 'order.events/2': log['order.events/1']! },
    }
    expect(differences(change, flow).partitions).toEqual([
      { where: 'order.events order-3', left: '1', right: '2' },
    ])
  })

  test('a key in a second partition besides its own is noticed', () => {
    const found = differences(
      { log: { 'order.events/1': [...log['order.events/1']!, ['order-1', 'OrderShipped']] } },
      flow,
    )
    expect(found.partitions).toEqual([{ where: 'order.events order-1', left: '0', right: '0, 1' }])
  })

  test('a message that says something else is noticed', () => {
    const found = differences(
      with0(said => said.with(1, ['order-2', 'OrderPlaced', 'place-1', '{"data":{"totalCents":1}}'])),
      flow,
    )
    expect(Object.keys(found)).toEqual([
      flow === 'phased' ? 'order in order.events/0' : 'order by key in order.events',
    ])
  })

  test('a message too few and one too many are noticed', () => {
    expect(
      differences(
        with0(said => said.slice(0, 4)),
        flow,
      ),
    ).not.toEqual({})
    expect(
      differences(
        with0(said => [...said, ['order-1', 'OrderConfirmed']]),
        flow,
      ),
    ).not.toEqual({})
  })

  test('a row that differs, is missing or should not be there is noticed', () => {
    const rows = { chai: '{"stock":8}', olives: '{"stock":1}' }
    expect(differences({ rows }, flow)).toEqual({
      'rows of stock': [
        { where: 'chai', left: '{"stock":7}', right: '{"stock":8}' },
        { where: 'honey', left: '{"stock":2}', right: undefined },
        { where: 'olives', left: undefined, right: '{"stock":1}' },
      ],
    })
  })

  test('a number that differs is noticed', () => {
    expect(differences({ numbers: { 'sales.revenueCents': 901 } }, flow)).toEqual({
      numbers: [{ where: 'sales.revenueCents', left: '900', right: '901' }],
    })
  })
})

describe('in the phased flow', () => {
  test('two messages that have changed places are noticed at the first of them', () => {
    expect(differences(with0(swap(2)))).toEqual({
      'order in order.events/0': [
        {
          where: 'offset 2',
          left: '@2 order-1 OrderPaid {} because of place-1',
          right: '@2 order-1 OrderStockReserved {} because of place-1',
        },
      ],
    })
  })

  test('orders of different keys that have changed places are noticed', () => {
    expect(differences(with0(swap(0)))).toHaveProperty(['order in order.events/0'])
  })

  test('another cause is noticed', () => {
    const found = differences(with0(said => said.with(2, ['order-1', 'OrderPaid', 'payment.events/0@9'])))
    expect(found).toHaveProperty(['order in order.events/0'])
  })
})

describe('in the natural flow', () => {
  test('payment and stock may answer in either order, and different orders may overtake each other', () => {
    expect(differences(with0(swap(2)), 'natural')).toEqual({})
    expect(differences(with0(swap(0)), 'natural')).toEqual({})
  })

  test('what causes fix may not change places', () => {
    // Confirmed before it was reserved.
    expect(differences(with0(swap(3)), 'natural')).toHaveProperty(['order by key in order.events'])
  })

  test('an order that is cancelled may have been paid first, or not', () => {
    const cancelled = (before: Said[]): Change => ({
      log: { 'order.events/1': [['order-3', 'OrderPlaced'], ...before, ['order-3', 'OrderCancelled']] },
    })
    const [unpaid, paid] = [snapshot(cancelled([])), snapshot(cancelled([['order-3', 'OrderPaid']]))]
    expect(compare(unpaid, paid, 'natural').flatMap(({ differences }) => differences)).toEqual([])
    expect(differences(cancelled([]), 'natural')).toHaveProperty(['order by key in order.events'])
  })

  test('how many events there are is up to timing', () => {
    expect(differences({ numbers: { 'log.events': 7 } }, 'natural')).toEqual({})
    expect(differences({ numbers: { 'log.events': 7 } }, 'phased')).toHaveProperty('numbers')
  })
})
