import { describe, expect, test } from 'vitest'
import type { BrokenGuarantee } from '#simulator/scenario/judge.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import type { Measurement } from './measure.ts'
import { describeCell, sayWait, type Tried } from './table-cell.ts'

const planOf = (at: string) => ({ seed: 1, faults: [{ kind: 'crash', at } as Fault] })

function holding(at: string, forMs: number, unread: Measurement['unread'] = []): Tried {
  return {
    plan: planOf(at),
    failure: undefined,
    measurement: { wait: { group: 'inventory', forMs }, unread },
  }
}

function broken(
  at: string,
  violations: Partial<BrokenGuarantee>[],
  unread: Measurement['unread'] = [],
): Tried {
  const plan = planOf(at)
  const full = violations.map(violation => ({
    guarantee: 'sales-are-right',
    promise: 'Sales are right.',
    outcome: 'doubled' as const,
    message: '',
    ...violation,
  }))
  return { plan, failure: { plan, violations: full }, measurement: { unread } }
}

const READ_TO = { group: 'inventory', topic: 'order.events', partition: 0, offset: 7, messages: 3 }

describe('a cell of plans that all hold', () => {
  test('is right when nothing waited for longer than following takes', () => {
    expect(describeCell([holding('a/b', 0), holding('a/c', 999)])).toMatchObject({
      kind: 'right',
      text: 'right',
      broken: 0,
      plans: 2,
    })
  })

  test('says how long a message waited at worst, and in which plan', () => {
    const cell = describeCell([holding('a/b', 5000), holding('a/c', 41_000), holding('a/d', 41_000)])
    expect(cell).toMatchObject({
      kind: 'delayed',
      text: 'lag 41 s, then right',
      short: 'lag 41 s',
      lagMs: 41_000,
    })
    expect(cell.example?.plan).toEqual(planOf('a/c'))
  })

  test('says what nobody commits', () => {
    const cell = describeCell([holding('a/b', 0), holding('a/c', 900_000, [READ_TO])])
    expect(cell).toMatchObject({ kind: 'unread', text: 'right, 3 unread' })
    expect(cell.example?.message).toContain('offset 7 of order.events/0')
  })
})

describe('a broken cell', () => {
  const twice = { message: 'sales of chai in 2026-W02 is 7 instead of 5: order-1 was counted 2 times' }
  const thrice = { message: 'sales of chai in 2026-W02 is 9 instead of 5: order-1 was counted 3 times' }

  test('has the number of the plan in which it is worst', () => {
    const cell = describeCell([
      broken('a/b', [twice]),
      broken('a/c', [thrice, twice]),
      holding('a/d', 60_000),
    ])
    expect(cell).toMatchObject({
      kind: 'broken',
      outcome: 'doubled',
      amount: 4,
      text: 'doubled: sales +4',
      short: 'doubled 4',
      plans: 3,
      broken: 2,
      outcomes: { doubled: 2 },
      example: { plan: planOf('a/c'), message: thrice.message },
    })
  })

  test('has a minus where there is too little', () => {
    const message = 'stock of olives is -14 instead of -7: order-2 was counted 2 times'
    expect(describeCell([broken('a/b', [{ message }])]).text).toBe('doubled: stock −7')
  })

  test('counts what it concerns where there is no number', () => {
    const lost = (subject: string) => ({
      guarantee: 'every-order-is-answered',
      outcome: 'lost' as const,
      message: `nobody was told of ${subject}`,
      subjects: [subject],
    })
    const one = describeCell([broken('a/b', [lost('order-1')])])
    expect(one).toMatchObject({ text: 'lost: 1 order', short: 'lost 1', amount: 1 })
    const two = describeCell([
      broken('a/b', [lost('order-1')]),
      broken('a/c', [lost('order-1'), lost('order-2')]),
    ])
    expect(two).toMatchObject({ text: 'lost: 2 orders', amount: 2 })
    expect(two.example?.message).toBe('nobody was told of order-1; nobody was told of order-2')
    expect(
      describeCell([broken('a/b', [{ outcome: 'corrupt', message: 'chai is odd', subjects: ['chai'] }])])
        .text,
    ).toBe('corrupt: 1 case')
  })

  test('is about the outcome of most plans, and counts the others', () => {
    const lost = { outcome: 'lost' as const, message: 'sales of chai in 2026-W02 is 0 instead of 5' }
    const cell = describeCell([
      broken('a/b', [lost]),
      broken('a/c', [twice]),
      broken('a/d', [twice, lost]),
      broken('a/e', [twice]),
    ])
    expect(cell).toMatchObject({
      outcome: 'doubled',
      text: 'doubled: sales +2',
      outcomes: { doubled: 3, lost: 2 },
    })
  })

  test('says where a consumer is stuck', () => {
    const stuck = {
      outcome: 'stuck' as const,
      message: 'sales of chai is 0 instead of 5: inventory stands still',
    }
    const cell = describeCell([broken('a/b', [stuck], [READ_TO])])
    expect(cell).toMatchObject({ text: 'stuck at offset 7', short: 'stuck at 7', outcome: 'stuck' })
  })
})

test('a run that could not be judged is told before anything else', () => {
  const plan = planOf('a/z')
  const trouble = { code: 'endless-loop', sentence: 'inventory never yields.', next: '' }
  const stopped: Tried = { plan, failure: { plan, violations: [], trouble }, measurement: undefined }
  expect(describeCell([broken('a/b', [{ message: 'x is 1 instead of 2' }]), stopped])).toMatchObject({
    kind: 'trouble',
    text: 'never ends',
    example: { plan, message: 'inventory never yields.' },
  })
})

test.each([
  [1600, '1.6 s'],
  [5000, '5 s'],
  [41_400, '41 s'],
  [80_000, '80 s'],
  [900_000, '15 min'],
  [86_400_000, '24 h'],
])('%i ms are %s', (milliseconds, text) => {
  expect(sayWait(milliseconds)).toBe(text)
})
