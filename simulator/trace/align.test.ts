import { expect, test } from 'vitest'
import { align } from './align.ts'

function rows(left: string, right: string): string[] {
  return align([...left], [...right], letter => letter).map(row => `${row.left ?? '-'}${row.right ?? '-'}`)
}

test('puts what both lists have in common on one row, in the order of both', () => {
  expect(rows('abcd', 'axcd')).toEqual(['aa', 'b-', '-x', 'cc', 'dd'])
})

test('finds the longest common part when one list repeats something', () => {
  expect(rows('dswdswo', 'dswo')).toEqual(['dd', 'ss', 'ww', 'd-', 's-', 'w-', 'oo'])
})

test('takes lists that have nothing in common, or nothing in them', () => {
  expect(rows('ab', 'x')).toEqual(['a-', 'b-', '-x'])
  expect(rows('', 'x')).toEqual(['-x'])
  expect(rows('', '')).toEqual([])
})
