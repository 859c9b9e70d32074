import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { documentFaults } from './document.ts'

test('docs/faults.md is what the catalogue says today (npm run docs writes it)', () => {
  expect(readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8')).toBe(documentFaults())
})
