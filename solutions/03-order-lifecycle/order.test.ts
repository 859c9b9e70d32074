import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  eventOf,
  HISTORIES,
  INPUT_NAMES,
  type InputName,
  stepOf,
} from '#exercises/03-order-lifecycle/check/specification.ts'
import {
  type Command,
  isSamePlacement,
  type Order,
  type OrderEvent,
  Refused,
  STATUSES,
} from '#exercises/03-order-lifecycle/contract.ts'
import { lifecycle } from '#exercises/03-order-lifecycle/lifecycle.ts'
import { lineTotalCents } from '#exercises/03-order-lifecycle/money.ts'
import { decide, evolve, initialState } from './order.ts'

const place: Command = {
  type: 'PlaceOrder',
  orderId: 'order-1',
  customer: { id: 'ada' },
  orderDate: '2026-01-05',
  lines: [{ productId: 'chai', quantity: 2, unitPriceCents: 1000, discountBasisPoints: 1000 }],
}
const authorized: Command = { type: 'RecordPayment', outcome: 'authorized' }
const declined: Command = { type: 'RecordPayment', outcome: 'declined' }
const reserved: Command = { type: 'RecordStock', outcome: 'reserved' }
const rejected: Command = { type: 'RecordStock', outcome: 'rejected' }
const cancel: Command = { type: 'CancelOrder' }
const ship: Command = { type: 'ShipOrder' }
const ALL = [place, authorized, declined, reserved, rejected, cancel, ship]

function run(...commands: Command[]): { types: string[]; order: Order; events: OrderEvent[] } {
  let order = initialState()
  const events: OrderEvent[] = []
  for (const command of commands) {
    const decided = decide(command, order)
    events.push(...decided)
    order = decided.reduce(evolve, order)
  }
  return { types: events.map(event => event.type), order, events }
}

test('an order is confirmed once it is both paid and in stock, whichever comes first', () => {
  expect(run(place, authorized, reserved).types).toEqual([
    'OrderPlaced',
    'OrderPaid',
    'OrderStockReserved',
    'OrderConfirmed',
  ])
  expect(run(place, reserved, authorized).types).toEqual([
    'OrderPlaced',
    'OrderStockReserved',
    'OrderPaid',
    'OrderConfirmed',
  ])
})

test('one confirmation that comes twice does not stand in for the other', () => {
  expect(run(place, authorized, authorized).order.status).toBe('paid')
  expect(run(place, reserved, reserved).order.status).toBe('reserved')
})

test.each([
  [declined, 'payment-declined'],
  [rejected, 'out-of-stock'],
  [cancel, 'customer'],
])('%o cancels a placed order with its reason', (command, reason) => {
  expect(run(place, command).events.at(-1)).toMatchObject({
    type: 'OrderCancelled',
    data: { reason, wasConfirmed: false },
  })
})

test('cancelling a confirmed order says that it was confirmed', () => {
  expect(run(place, authorized, reserved, cancel).events.at(-1)).toMatchObject({
    data: { wasConfirmed: true },
  })
})

test('nothing brings a cancelled order back', () => {
  expect(run(place, cancel, authorized, declined, reserved, rejected, cancel).types).toEqual([
    'OrderPlaced',
    'OrderCancelled',
  ])
  expect(() => run(place, cancel, ship)).toThrow(Refused)
})

test('a shipped order cannot be cancelled, an unknown one neither', () => {
  expect(() => run(place, authorized, reserved, ship, cancel)).toThrow(
    'cannot cancel an order that is shipped',
  )
  expect(() => run(cancel)).toThrow('cannot cancel an order that is unknown')
})

test('placing the same order again does nothing, another one under its id is refused', () => {
  expect(run(place, place).types).toEqual(['OrderPlaced'])
  expect(run(place, cancel, place).types).toEqual(['OrderPlaced', 'OrderCancelled'])
  expect(() => run(place, { ...place, customer: { id: 'grace' } })).toThrow(Refused)
})

describe('for any sequence of commands', () => {
  const commands = fc.array(fc.constantFrom(...ALL), { maxLength: 12 })
  /** Carries on past refusals, as a service does. */
  const live = (sequence: Command[]) => {
    const states: Order[] = [deepFreeze(initialState())]
    const events: OrderEvent[] = []
    for (const command of sequence) {
      let decided: OrderEvent[] = []
      try {
        decided = decide(deepFreeze(command), states.at(-1)!)
      } catch (error) {
        if (!(error instanceof Refused)) throw error
      }
      events.push(...decided)
      states.push(deepFreeze(decided.reduce(evolve, states.at(-1)!)))
    }
    return { states, events }
  }

  test('the state is the fold of the stored events, and neither function changes its arguments', () => {
    fc.assert(
      fc.property(commands, sequence => {
        const { states, events } = live(sequence)
        const stored = JSON.parse(JSON.stringify(events)) as OrderEvent[]
        expect(stored.reduce(evolve, initialState())).toEqual(states.at(-1))
      }),
    )
  })

  test('each event happens at most once, and none after a cancellation', () => {
    fc.assert(
      fc.property(commands, sequence => {
        const types = live(sequence).events.map(event => event.type)
        expect(new Set(types).size).toBe(types.length)
        if (types.includes('OrderCancelled')) expect(types.at(-1)).toBe('OrderCancelled')
        if (types.includes('OrderConfirmed')) {
          const before = types.slice(0, types.indexOf('OrderConfirmed'))
          expect(before).toEqual(expect.arrayContaining(['OrderPaid', 'OrderStockReserved']))
        }
      }),
    )
  })

  test('a command repeated at once decides on nothing more', () => {
    fc.assert(
      fc.property(commands, fc.constantFrom(...ALL), (sequence, command) => {
        const { states } = live([...sequence, command])
        try {
          expect(decide(command, states.at(-1)!)).toEqual([])
        } catch (error) {
          expect(error).toBeInstanceOf(Refused)
        }
      }),
    )
  })
})

test('evolve passes over events that it does not know', () => {
  const order = run(place).order
  expect(evolve(order, { type: 'OrderGiftWrapped', data: {} } as unknown as OrderEvent)).toBe(order)
})

test('the machine has the statuses of the contract, and reaches all of them', () => {
  expect(Object.keys(lifecycle.states)).toEqual([...STATUSES])
  expect(new Set(HISTORIES.map(({ status }) => status))).toEqual(new Set(STATUSES))
})

describe('on every way through the machine', () => {
  const INPUTS: Record<InputName, Command> = {
    place,
    'place-another': { ...place, customer: { id: 'grace' } } as Command,
    authorize: authorized,
    decline: declined,
    reserve: reserved,
    reject: rejected,
    cancel,
    ship,
  }
  const placement = place as Extract<Command, { type: 'PlaceOrder' }>

  test.each(HISTORIES.map(history => [history.inputs.join(' '), history] as const))('%s', (_, history) => {
    const order = history.records.map(record => eventOf(record, placement)).reduce(evolve, initialState())
    expect(order.status).toBe(history.status)
    for (const name of INPUT_NAMES) {
      const { records } = stepOf(history.status, name)
      if (records === undefined) expect(() => decide(INPUTS[name], order), name).toThrow(Refused)
      else {
        const asked = name === 'place-another' ? { ...placement, customer: { id: 'grace' } } : placement
        const expected = records.map(record => eventOf(record, asked))
        expect(decide(INPUTS[name], order), name).toEqual(expected)
      }
    }
  })
})

test('two placements are the same whatever else the objects carry', () => {
  const one = { orderId: 'order-1', customer: { id: 'ada' }, orderDate: '2026-01-05', lines: [] }
  expect(isSamePlacement(one, { ...one, customer: { id: 'ada', name: 'Ada' } as { id: string } })).toBe(true)
  expect(isSamePlacement(one, { ...one, orderDate: '2026-01-06' })).toBe(false)
})

test.each([
  [1, 1, 5000, 1],
  [1, 1, 5001, 0],
  [3, 333, 0, 999],
  [1, 10, 500, 10],
  [1, 9, 500, 9],
  [12, 1400, 1500, 14280],
  [10_000, 10_000_000, 1, 99_990_000_000],
  [5, 100, 10_000, 0],
])(
  '%i x %i cents less %i basis points is %i cents',
  (quantity, unitPriceCents, discountBasisPoints, cents) => {
    expect(lineTotalCents({ quantity, unitPriceCents, discountBasisPoints })).toBe(cents)
  },
)

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze)
    Object.freeze(value)
  }
  return value
}
