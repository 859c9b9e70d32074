import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStateFolder, type StateFolder } from '../state-folder.ts'
import { untilAtWork } from './at-work.ts'

let folder: string
let state: StateFolder
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'out-of-order-test-'))
  state = openStateFolder(folder)
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a commit by somebody else is seen, soon after it', async () => {
  const db = state.openDatabase('inventory')
  db.exec('CREATE TABLE stock (units INTEGER)')
  const seen = untilAtWork(state, 'inventory', 5_000)
  await new Promise(resolve => setTimeout(resolve, 60))
  db.exec('INSERT INTO stock VALUES (1)')
  const committedAt = Date.now()
  expect(await seen).toBe(true)
  expect(Date.now() - committedAt).toBeLessThan(2_000)
  db.close()
})

test('a database that nobody changes, or that does not exist, is not waited for any longer than told', async () => {
  state.openDatabase('gateway').close()
  expect(await untilAtWork(state, 'gateway', 40)).toBe(false)
  expect(await untilAtWork(state, 'nobody', 40)).toBe(false)
})
