import { describe, expect, test } from 'vitest'
import type { Ladder, LadderCell } from './ladder.ts'
import { formatMoment, renderLadder } from './render-ladder.ts'

function cell(
  t: number,
  from: number,
  to: number | undefined,
  text: string,
  more: Partial<LadderCell> = {},
): LadderCell {
  return {
    t,
    from,
    ...(to === undefined ? {} : { to }),
    style: to === undefined ? 'note' : 'message',
    text,
    isFault: false,
    ...more,
  }
}

const same = { kind: 'step', isSame: true, isParting: false } as const
const onlyLeft = { kind: 'step', isSame: false, isParting: false } as const
const placed = cell(101, 0, 1, 'OrderPlaced')
const crash = cell(102, 1, undefined, '✗ crashes', { lifeline: 'ends', isFault: true })
const again = cell(1102, 1, undefined, '● starts again', { lifeline: 'begins' })

const LADDER: Ladder = {
  about: 'order-1',
  lanes: ['Kafka', 'inventory', 'database'],
  left: { title: 'with the fault: crash', holds: false, result: 'stock of chai is 41 instead of 43' },
  right: { title: 'without it', holds: true, result: 'The stock is right.' },
  rows: [
    { kind: 'fold', left: 7, right: 7, isSame: true },
    { ...same, left: placed, right: placed },
    { ...onlyLeft, isParting: true, left: crash },
    { ...onlyLeft, left: again },
    {
      ...same,
      left: cell(1103, 1, 2, '+ inbox, stock, weekly_sales'),
      right: cell(102, 1, 2, '+ inbox, stock, weekly_sales'),
    },
  ],
}

const draw = (width: number, ascii = false) => renderLadder(LADDER, { width, ascii }).map(({ text }) => text)

test('two runs side by side, with the place where they part, and what came of them', () => {
  expect(draw(100)).toEqual([
    '           with the fault: crash                  ┃          without it',
    '           Kafka         inventory      database  ┃          Kafka         inventory      database',
    '           │  … 7 steps alike                  │  ┃          │  … 7 steps alike                  │',
    '   0.101 s │─ OrderPlaced ──►│                 │  ┃  0.101 s │─ OrderPlaced ──►│                 │',
    '►───────── here the runs part ────────────────────────────────────────────────────────────────────',
    '↯  0.102 s │             ✗ crashes             │  ┃          │                 │                 │',
    '   1.102 s │          ● starts again           │  ┃          │                 │                 │',
    '   1.103 s │                 │─── + inbox, ───►│  ┃  0.102 s │                 │─── + inbox, ───►│',
    '           │                 │      stock,     │  ┃          │                 │      stock,     │',
    '           │                 │     weekly_sales│  ┃          │                 │     weekly_sales│',
    '  ✗ stock of chai is 41 instead of 43             ┃ ✓ The stock is right.',
  ])
})

describe('every line', () => {
  test.each([84, 100, 106, 140])('fits into %i columns, and all lanes stand below each other', width => {
    const lines = draw(width)
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(width)
    const lanes = lines.slice(3, 4).flatMap(line => [...line.matchAll(/┃/g)].map(match => match.index))
    for (const line of lines.filter(each => each.includes('┃'))) expect(line.indexOf('┃')).toBe(lanes[0])
  })

  test('is ASCII when it has to be, in the same place', () => {
    for (const [index, line] of draw(100, true).entries()) {
      expect(line).toMatch(/^[\x20-\x7e]*$/)
      expect(line).toHaveLength(draw(100)[index]!.length)
    }
  })
})

test('a narrow terminal gets one run below the other', () => {
  const lines = draw(72)
  expect(lines.some(line => line.includes('┃'))).toBe(false)
  expect(lines.findIndex(line => line.includes('without it'))).toBeGreaterThan(
    lines.findIndex(line => line.includes('✗ stock of chai')),
  )
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(78)
})

test('a dead process has no lane until it starts again', () => {
  const expired = { ...onlyLeft, left: cell(500, 0, undefined, 'nobody in group') }
  const rows = LADDER.rows.flatMap(row =>
    row.kind === 'step' && row.left === again ? [expired, row] : [row],
  )
  const lines = renderLadder({ ...LADDER, rows }, { width: 100 }).map(({ text }) => text)
  expect(lines.find(line => line.includes('nobody in group'))).toBe(
    '   0.500 s nobody in group                     │  ┃          │                 │                 │',
  )
  expect(lines.find(line => line.includes('weekly_sales'))).toContain(
    '│                 │     weekly_sales│  ┃',
  )
})

test('every line says what it is, for whoever colours it', () => {
  expect(renderLadder(LADDER, { width: 100 }).map(({ mark }) => mark)).toEqual([
    'head',
    'head',
    'fold',
    'same',
    'parting',
    'fault',
    'different',
    'same',
    'same',
    'same',
    'fails',
  ])
})

test.each([
  [0, '0.000 s'],
  [30_011, '30.011 s'],
  [124_000, '2m 04s'],
  [86_400_123, '24h 00m'],
])('a moment takes at most eight columns: %i ms is %s', (ms, text) => {
  expect(formatMoment(ms)).toBe(text)
  expect(text.length).toBeLessThanOrEqual(8)
})
