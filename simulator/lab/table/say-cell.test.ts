import { expect, test } from 'vitest'
import { sayCell, sayCellAtLength } from './say-cell.ts'

test.each([
  [{ kind: 'right', short: 'right' } as const, '✓'],
  [{ kind: 'delayed', short: 'lag 41 s', lagMs: 41_000 } as const, '✓ 41 s'],
  [{ kind: 'unread', short: 'right, 3 unread' } as const, '✓ 3 unread'],
  [{ kind: 'broken', short: 'doubled 24' } as const, '✗ doubled 24'],
  [{ kind: 'trouble', short: 'never ends' } as const, '! never ends'],
  [{ kind: 'nothing', short: '·' } as const, '·'],
])('%o is said as %s', (cell, said) => {
  const { sign, words } = sayCell(cell)
  expect(`${sign} ${words}`.trim()).toBe(said)
})

test('at length a broken cell tells how many plans broke it, and what else they led to', () => {
  expect(
    sayCellAtLength({
      kind: 'broken',
      text: 'lost: 1 order',
      short: 'lost 1',
      plans: 12,
      broken: 3,
      outcome: 'lost',
      outcomes: { lost: 2, stuck: 1 },
    }),
  ).toBe('lost: 1 order (3 of 12 plans, 1 stuck)')
})
