import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { documentFailureTables } from './table-document.ts'

test('docs/failure-table.md is what its runs say today (npm run docs writes it)', {
  timeout: 180_000,
}, async () => {
  const page = readFileSync(new URL('../../docs/failure-table.md', import.meta.url), 'utf8')
  expect(page).toBe(await documentFailureTables())
})
