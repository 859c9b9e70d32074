import { describe, expect, test } from 'vitest'
import { createDrift, drift, type ExpectedModel } from './drift.ts'
import { fold } from './fold.ts'
import { appended, traceOf } from './trace-of.ts'

/** Rows by order: how many events the log has of it. */
const counts: ExpectedModel = {
  model: 'counts',
  log: {
    name: 'counts',
    initial: () => new Map<string, { id: string; count: number }>(),
    apply(state, record) {
      if (record.kind !== 'kafka.append' || !('key' in record)) return state
      const rows = state as Map<string, { id: string; count: number }>
      const id = String(record.key)
      rows.set(id, { id, count: (rows.get(id)?.count ?? 0) + 1 })
      return state
    },
  },
  expected: state => state as Map<string, unknown>,
}

const observed = (t: number, rows: Record<string, unknown>, removed: string[] = [], drift = 0) => ({
  kind: 'observe' as const,
  t,
  model: 'counts',
  rows,
  removed,
  drift,
})

describe('drift against the log', () => {
  const driftOf = (...drafts: Parameters<typeof traceOf>) =>
    fold(createDrift([counts]), traceOf(...drafts))
      .models()
      .get('counts')!

  test('is there from the event until the row follows', () => {
    expect(
      driftOf(
        appended('order.events', 0, { t: 10 }),
        observed(40, { 'order-1': { id: 'order-1', count: 1 } }),
        { kind: 'settled', t: 100, steps: 1 },
      ),
    ).toEqual({
      model: 'counts',
      steps: [
        { t: 10, rows: 1 },
        { t: 40, rows: 0 },
      ],
      worstRows: 1,
      worstAt: 10,
      firstWrongAt: 10,
      rightAgainAt: 40,
      wrongMs: 30,
      wrongKeys: [],
    })
  })

  test('counts rows that are wrong, missing and superfluous, and names them', () => {
    expect(
      driftOf(
        appended('order.events', 0, { t: 10, label: 'order-1/OrderPlaced' }),
        appended('order.events', 1, { t: 10, label: 'order-2/OrderPlaced' }),
        observed(20, { 'order-1': { id: 'order-1', count: 2 }, 'order-3': { id: 'order-3', count: 1 } }),
        { kind: 'settled', t: 50, steps: 1 },
      ),
    ).toMatchObject({
      wrongKeys: ['order-1', 'order-2', 'order-3'],
      worstRows: 3,
      rightAgainAt: undefined,
      wrongMs: 40,
    })
  })

  test('goes with a row that is removed', () => {
    const { steps } = driftOf(observed(10, { ghost: {} }), observed(30, {}, ['ghost']))
    expect(steps).toEqual([
      { t: 10, rows: 1 },
      { t: 30, rows: 0 },
    ])
  })

  test('does not see what comes and goes within a moment, nor the order of fields', () => {
    const { steps } = driftOf(
      appended('order.events', 0, { t: 10 }),
      observed(10, { 'order-1': { count: 1, id: 'order-1' } }),
    )
    expect(steps).toEqual([{ t: 10, rows: 0 }])
  })
})

describe('drift as sampled', () => {
  test('is what the samples say', () => {
    const state = fold(
      drift,
      traceOf(
        observed(10, {}, [], 0),
        observed(20, {}, [], 3),
        observed(30, {}, [], 3),
        observed(40, {}, [], 1),
        {
          kind: 'settled',
          t: 45,
          steps: 1,
        },
      ),
    )
    expect(state.models().get('counts')).toMatchObject({
      steps: [
        { t: 10, rows: 0 },
        { t: 20, rows: 3 },
        { t: 40, rows: 1 },
      ],
      worstRows: 3,
      firstWrongAt: 20,
      rightAgainAt: undefined,
      wrongMs: 25,
    })
  })

  test('is nothing where nothing was sampled', () => {
    expect(fold(drift, traceOf({ kind: 'heal' })).models().size).toBe(0)
  })
})
