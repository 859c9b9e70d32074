import { describe, expect, it } from 'vitest'
import { createTimeAxis, seqAt } from './time-axis.ts'

const record = (t: number, kind = 'log') => ({ seq: 1, t, process: 'search', cause: 0, kind })

describe('the axis', () => {
  it('leads from a moment to a place and back', () => {
    const axis = createTimeAxis([0, 400, 1000].map(t => record(t)))
    for (const ms of [0, 250, 1000]) expect(axis.msAt(axis.xOf(ms))).toBe(ms)
  })

  it('leaves room behind the last record, where a fault can be painted', () => {
    const axis = createTimeAxis([0, 500, 1000].map(t => record(t)))
    expect(axis.xOf(1000)).toBeLessThan(1)
    expect(axis.msAt(1)).toBeGreaterThan(1000)
  })

  it('folds idle gaps, in which samples of read models do not count', () => {
    const samples = Array.from({ length: 100 }, (_, index) => record(index * 1000, 'observe'))
    const axis = createTimeAxis([record(0), ...samples, record(100_000)])
    expect(axis.display.folds).toHaveLength(1)
    expect(axis.display.durationMs).toBeLessThan(1000)
  })

  it('says that more time lies within a fold than beside it', () => {
    const axis = createTimeAxis([0, 500, 1000, 61_000, 61_500, 62_000].map(t => record(t)))
    expect(axis.msWithin(axis.xOf(30_000), 0.02)).toBeGreaterThan(10 * axis.msWithin(axis.xOf(500), 0.02))
  })

  it('exists for a run in which nothing happens', () => {
    const axis = createTimeAxis([])
    expect(axis.xOf(0)).toBe(0)
    expect(axis.msAt(1)).toBeGreaterThan(0)
  })
})

describe('records at a moment', () => {
  it('are all that happened until then', () => {
    const records = [0, 5, 5, 9].map(t => ({ t }))
    expect([-1, 0, 4, 5, 9, 100].map(ms => seqAt(records, ms))).toEqual([0, 1, 1, 3, 4, 4])
  })
})
