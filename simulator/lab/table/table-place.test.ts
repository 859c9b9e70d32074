import { expect, test } from 'vitest'
import { readTablePlace, writeTablePlace } from './table-place.ts'

test('the flow comes first', () => {
  expect(readTablePlace({ path: '/table', query: '' })).toEqual({ table: 'flow', isPredicting: false })
})

test.each([
  { table: 'flow', isPredicting: true },
  { table: '12-idempotent-consumer', isPredicting: false },
  { table: '12-idempotent-consumer', isPredicting: true },
])('$table, predicting $isPredicting, reads back as it was written', place => {
  expect(readTablePlace(writeTablePlace(place))).toEqual(place)
})
