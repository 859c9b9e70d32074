import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import type { FailureTable } from '#simulator/explore/table.ts'
import type { Cell } from '#simulator/explore/table-cell.ts'
import { formatPlans, formatRefusals, formatTable } from './table-terminal.ts'

const NO_ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g')
const plain = (text: string) => text.replace(NO_ESCAPES, '')

const right: Cell = { kind: 'right', text: 'right', short: 'right', plans: 4, broken: 0, outcomes: {} }
const delayed: Cell = {
  ...right,
  kind: 'delayed',
  text: 'lag 41 s, then right',
  short: 'lag 41 s',
  lagMs: 41_000,
}
const doubled: Cell = {
  ...right,
  kind: 'broken',
  text: 'doubled: sales +3',
  short: 'doubled 3',
  broken: 3,
  outcomes: { doubled: 3, lost: 1 },
  outcome: 'doubled',
  amount: 3,
  example: {
    plan: { seed: 1, faults: [{ kind: 'duplicate', at: 'inventory/deliver order-1/OrderPlaced#1' }] },
    message: 'sales of chai is 6 instead of 3',
  },
}

const NAMES = ['starter', 'undefined-dedupe-key', 'one-projection-only', 'solution']
const table: FailureTable = {
  exercise: '12-idempotent-consumer',
  goal: 'Count once.',
  answers: NAMES.map(name => ({ name, file: `${name}.ts` })),
  rows: [
    { family: 'no-fault', title: 'no fault', cells: [right, right, right, right] },
    { family: 'duplicate-at-once', title: 'duplicate, at once', cells: [doubled, doubled, right, right] },
    { family: 'down', title: 'consumer down', cells: [delayed, delayed, delayed, delayed] },
  ],
}

test('all columns stand side by side where there is room', () => {
  const lines = plain(formatTable(table, { width: 120, isWide: false })).split('\n')
  expect(lines.at(-3)).toMatch(/^ {2}no fault +✓ +✓ +✓ +✓$/)
  expect(lines.at(-2)).toMatch(/^ {2}duplicate, at once +doubled 3 +doubled 3 +✓ +✓$/)
  expect(lines.at(-1)).toMatch(/^ {2}consumer down +✓ 41 s +✓ 41 s +✓ 41 s +✓ 41 s$/)
})

test.each([50, 60, 80])('no line is wider than %i, and no column is left out', width => {
  const text = plain(formatTable(table, { width, isWide: false }))
  for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(width)
  expect(text.match(/✓ 41 s/g)).toHaveLength(4)
  expect(text.match(/doubled 3/g)).toHaveLength(2)
  expect(text.split('what fails, once').length - 1).toBe(width < 80 ? 2 : 1)
})

test('long names are broken at their hyphens', () => {
  const lines = plain(formatTable(table, { width: 120, isWide: false })).split('\n')
  expect(lines[0]?.trim()).toBe('one-')
  expect(lines[1]).toMatch(/undefined- +projection-/)
  expect(lines[2]).toMatch(/what fails, once +starter +dedupe-key +only +solution/)
})

test('full words when asked for', () => {
  expect(plain(formatTable(table, { width: 200, isWide: true }))).toContain('lag 41 s, then right')
})

test('plans: what happens, in how many of them, and the command that shows it', () => {
  const text = plain(formatPlans(table, [table.answers[0]!], 100))
  expect(text).toMatch(/duplicate, at once +doubled: sales \+3 +3 of 4 plans, 1 lost/)
  expect(text).toContain('sales of chai is 6 instead of 3')
  expect(text).toContain(
    "npm run check 12 -- --answer starter --plan 'seed=1&fault=duplicate:inventory/deliver%20order-1/OrderPlaced%231'",
  )
  expect(text).not.toContain('no fault')
})

test('an answer that was refused is told with its reason', () => {
  const refused = { code: 'broken-file', sentence: 'yours.ts:3: ")" expected.', next: 'Correct it and save.' }
  const text = plain(
    formatRefusals({ ...table, answers: [{ name: 'yours', file: 'yours.ts', refused }] }, 100),
  )
  expect(text).toBe('  ✗ yours: yours.ts:3: ")" expected. Correct it and save.')
})
