import { expect, test } from 'vitest'
import { actionOf, demoAfter } from './presenter-keys.ts'

const pressed = (key: string, modifiers = {}) => ({
  key,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  ...modifiers,
})

test.each([
  ['PageDown', 'next'],
  ['ArrowLeft', 'previous'],
  ['Enter', 'open'],
  ['Escape', 'leave'],
  ['n', 'notes'],
  ['?', 'keys'],
])('%s: %s', (key, action) => {
  expect(actionOf(pressed(key))).toBe(action)
})

test('what belongs to the browser is left to it', () => {
  expect(actionOf(pressed('ArrowLeft', { altKey: true }))).toBeUndefined()
})

test('after the last demo comes none, and none before the first', () => {
  expect(demoAfter(5, 'next', 6)).toBe(5)
  expect(demoAfter(0, 'previous', 6)).toBe(0)
  expect(demoAfter(2, 'next', 6)).toBe(3)
})
