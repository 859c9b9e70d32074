import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CATALOGUE } from '#simulator/faults/catalogue.ts'
import { FAILURE_MODES } from '#simulator/shop/failure-modes.ts'
import { CAUSES, NOTES } from './failure-notes.ts'

const ROOT = join(import.meta.dirname, '../..')

test('every failure mode has a note, and every note a failure mode', () => {
  const modes = FAILURE_MODES.filter(({ faults }) => faults.length > 0).map(({ title }) => title)
  expect(Object.keys(NOTES).sort()).toEqual(modes.sort())
})

test('every kind of fault has a class of cause', () => {
  expect(Object.keys(CAUSES).sort()).toEqual(CATALOGUE.map(({ kind }) => kind).sort())
})

test('every file that prevents something exists', () => {
  const files = Object.values(NOTES).flatMap(({ files }) => files)
  expect(files.length).toBeGreaterThan(20)
  expect(files.filter(file => !existsSync(join(ROOT, file)))).toEqual([])
})
