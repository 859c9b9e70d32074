import { describe, expect, it } from 'vitest'
import { rowsOf, snapshotAt } from './table-rows.ts'

const history = {
  database: 'inventory',
  table: 'stock',
  columns: ['product', 'units'],
  snapshots: [
    { seq: 10, t: 1, rows: [['chai', 5]] },
    {
      seq: 20,
      t: 2,
      rows: [
        ['chai', 4],
        ['tofu', 1],
      ],
    },
    {
      seq: 30,
      t: 3,
      rows: [
        ['tofu', 1],
        ['tofu', 1],
      ],
    },
  ],
}

describe('a table at a moment', () => {
  it('is as the last commit before it left it', () => {
    expect([9, 10, 19, 20, 99].map(seq => snapshotAt(history, seq))).toEqual([-1, 0, 0, 1, 2])
  })

  it('shows which rows the last change made and which it took away', () => {
    expect(rowsOf(history, 1)).toEqual([
      { row: ['chai', 4], change: 'new' },
      { row: ['tofu', 1], change: 'new' },
      { row: ['chai', 5], change: 'removed' },
    ])
  })

  it('counts equal rows', () => {
    expect(rowsOf(history, 2).map(({ change }) => change)).toEqual([undefined, 'new', 'removed'])
  })

  it('marks nothing in its first state, and has no rows before', () => {
    expect(rowsOf(history, 0)).toEqual([{ row: ['chai', 5], change: undefined }])
    expect(rowsOf(history, -1)).toEqual([])
  })
})
