import { expect, test } from 'vitest'
import { nearest } from './nearest.ts'

test('puts the name with the fewest typing errors first', () => {
  expect(nearest('serch', ['orders', 'search', 'search-2'])).toEqual(['search', 'search-2'])
})

test('keeps the given order among names that are equally far', () => {
  expect(nearest('x', ['b', 'a', 'c'], 3)).toEqual(['b', 'a', 'c'])
})

test('gives as many as there are when there are fewer than asked for', () => {
  expect(nearest('x', ['a'], 5)).toEqual(['a'])
  expect(nearest('x', [])).toEqual([])
})
