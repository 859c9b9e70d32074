import { expect, test } from 'vitest'
import { cellAfter } from './grid-keys.ts'

const SIZE = { rows: 3, columns: 4 }
const anywhere = () => true

test.each([
  ['ArrowUp', { row: 0, column: 1 }],
  ['ArrowDown', { row: 2, column: 1 }],
  ['ArrowLeft', { row: 1, column: 0 }],
  ['ArrowRight', { row: 1, column: 2 }],
  ['Home', { row: 1, column: 0 }],
  ['End', { row: 1, column: 3 }],
])('%s', (key, to) => {
  expect(cellAfter(key, { row: 1, column: 1 }, SIZE, anywhere)).toEqual(to)
})

test('cells that cannot be entered are passed over', () => {
  const canEnter = ({ column }: { column: number }) => column !== 2
  expect(cellAfter('ArrowRight', { row: 0, column: 1 }, SIZE, canEnter)).toEqual({ row: 0, column: 3 })
})

test('at the edge, and with any other key, one stays', () => {
  expect(cellAfter('ArrowUp', { row: 0, column: 0 }, SIZE, anywhere)).toBeUndefined()
  expect(cellAfter('a', { row: 0, column: 0 }, SIZE, anywhere)).toBeUndefined()
})
