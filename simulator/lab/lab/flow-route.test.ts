import { expect, test } from 'vitest'
import { createRoute } from './flow-route.ts'

test('a straight way is walked evenly, and nobody leaves it', () => {
  const { path, at } = createRoute([
    { x: 0, y: 0 },
    { x: 100, y: 0 },
  ])
  expect(path).toBe('M0.0,0.0 C50.0,0.0 50.0,0.0 100.0,0.0')
  expect([-1, 0, 0.25, 1, 2].map(share => Math.round(at(share).x))).toEqual([0, 0, 25, 100, 100])
})

test('a way with a stop comes by there', () => {
  const { at } = createRoute([
    { x: 0, y: 0 },
    { x: 100, y: 50 },
    { x: 200, y: 100 },
  ])
  expect(at(0)).toEqual({ x: 0, y: 0 })
  expect(at(0.5).x).toBeCloseTo(100, 5)
  expect(at(0.5).y).toBeCloseTo(50, 5)
  expect(at(1)).toEqual({ x: 200, y: 100 })
})

test('a way up or down is straight', () => {
  const { at } = createRoute([
    { x: 10, y: 0 },
    { x: 10, y: 40 },
  ])
  expect(at(0.5)).toEqual({ x: 10, y: 20 })
})
