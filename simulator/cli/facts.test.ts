import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { fact, formatSteps, paragraph } from './facts.ts'

const LONG =
  'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen'

test.each([40, 80, 120, 300])(
  'nothing but commands is wider than %i columns, nor than a text reads well',
  width => {
    for (const text of [fact('Promised', LONG, width), paragraph(LONG, width)])
      for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(Math.min(width, 110))
  },
)

test('further lines begin where the first one does, also after a line break of the text', () => {
  const lines = fact('Label', `${LONG}\nmore`, 50).split('\n')
  expect(lines.length).toBeGreaterThan(2)
  for (const line of lines.slice(1)) expect(line).toMatch(/^ {15}\S/)
})

test('commands are never broken; what they are for stands below where there is no room', () => {
  const command = "npm run check 12 -- --plan 'seed=1&fault=crash:inventory/commit%20order-1'"
  expect(formatSteps('Again', [{ command, what: 'the same again' }], 200)).toMatch(/1' {2}the same again$/)
  const narrow = formatSteps('Again', [{ command, what: 'the same again' }], 60).split('\n')
  expect(narrow).toHaveLength(2)
  expect(narrow[0]).toContain(command)
})
