import { parse } from 'csv-parse/sync'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import type { Exercise } from '#simulator/desk/exercise.ts'
import type { JudgementKind } from '#simulator/desk/grade-judgement.ts'
import { type Grading, toCsv, toJson } from './grade-files.ts'
import { formatGrading } from './grade-report.ts'
import type { GradeRow } from './grade-rows.ts'
import { totalsOf } from './grade-totals.ts'

const NAMES = [
  '02-event-envelope',
  '03-order-lifecycle',
  '05-event-store',
  '09-outbox',
  '10-relay',
  '12-idempotent-consumer',
  '13-out-of-order',
  '14-dead-letters',
]
/** What the tables use of an exercise. */
const exerciseNamed = (name: string) =>
  ({ name, number: name.slice(0, 2), folder: '', check: { goal: `${name} works.` } }) as unknown as Exercise

/** A student's line in short: `✓`, `-` for not started, else the name of a mistake. */
function gradingOf(students: Readonly<Record<string, readonly string[]>>): Grading {
  const columns = Object.values(students)[0]!.length
  const exercises = NAMES.slice(-columns).map(exerciseNamed)
  const rows = Object.entries(students).flatMap(([student, cells]) =>
    cells.map((cell, index): GradeRow => {
      const [kind, verdict]: [JudgementKind, string] =
        cell === '✓' ? ['holds', 'holds'] : cell === '-' ? ['not-started', 'not started'] : ['mistake', cell]
      return { student, exercise: exercises[index]!.name, kind, verdict, realMs: 1 }
    }),
  )
  const clones = Object.keys(students).map(student => ({
    student,
    folder: `/${student}`,
    hasExercises: true,
  }))
  return { clones, exercises, rows }
}

const lines = (grading: Grading, columns?: number) =>
  formatGrading(grading, { columns, realMs: 1500 }).split('\n')
const COURSE = gradingOf({
  anna: ['✓', '✓', '✓', '✓', '✓', '✓', '✓', '✓'],
  ben: ['✓', '✓', 'check-then-act', '✓', 'mark-before-send', 'dedupe-ttl-too-short', '-', '-'],
  cleo: ['shared-envelope', '✓', '✓', 'two-transactions', '✓', 'effect-then-mark', '✓', '-'],
})

describe('the table', () => {
  test('is one line a student where it fits', () => {
    expect(lines(COURSE).slice(2, 6)).toEqual([
      '  student  02               03  05              09                10                12                    13           14',
      '  anna     ✓                ✓   ✓               ✓                 ✓                 ✓                     ✓            ✓',
      '  ben      ✓                ✓   check-then-act  ✓                 mark-before-send  dedupe-ttl-too-short  not started  not started',
      '  cleo     shared-envelope  ✓   ✓               two-transactions  ✓                 effect-then-mark      ✓            not started',
    ])
  })

  test('breaks the names of mistakes where it does not', () => {
    expect(lines(COURSE, 120).slice(2, 8)).toEqual([
      '  student  02        03  05           09            10           12           13           14',
      '  anna     ✓         ✓   ✓            ✓             ✓            ✓            ✓            ✓',
      '  ben      ✓         ✓   check-then-  ✓             mark-        dedupe-ttl-  not started  not started',
      '                         act                        before-send  too-short',
      '  cleo     shared-   ✓   ✓            two-          ✓            effect-      ✓            not started',
      '           envelope                   transactions               then-mark',
    ])
  })

  test('becomes a list where that does not fit either', () => {
    expect(lines(COURSE, 60).slice(2, 12)).toEqual([
      '  anna  ✓  02 03 05 09 10 12 13 14',
      '  ben   ✓  02 03 09',
      '        check-then-act  05',
      '        mark-before-send  10',
      '        dedupe-ttl-too-short  12',
      '        not started  13 14',
      '  cleo  shared-envelope  02',
      '        ✓  03 05 10 13',
      '        two-transactions  09',
      '        effect-then-mark  12',
    ])
  })

  test.each([60, 80, 120, 200])('is never wider than a terminal of %i columns', columns => {
    expect(Math.max(...lines(COURSE, columns).map(line => stringWidth(line)))).toBeLessThanOrEqual(columns)
  })

  test('shows what students name folders without letting it move the cursor or turn the writing', () => {
    const text = lines(gradingOf({ 'a\u001b[2Jb\u202e\n': ['✓'], 日本: ['✓'] })).join('\n')
    expect(text).toMatch(/^ {2}a\?\[2Jb\?\? {2}✓$/m)
    expect(text).toMatch(/^ {2}日本 {6}✓$/m)
  })

  test('cuts long names', () => {
    const nameOf = (student: string) => lines(gradingOf({ [student]: ['✓'] }), 80)[3]
    expect(nameOf('x'.repeat(300))).toBe(`  ${'x'.repeat(23)}…  ✓`)
    expect(nameOf('語'.repeat(300))).toBe(`  ${'語'.repeat(11)}…  ✓`)
  })
})

test('the totals count what holds, and what was wrong more than once', () => {
  const grading = gradingOf(
    Object.fromEntries(
      ['✓', 'a-b', 'x-y', 'z', '-', 'x-y', 'a-b', '-', 'x-y'].map((cell, n) => [`s${n}`, [cell]]),
    ),
  )
  expect(totalsOf(grading.rows, ['14-dead-letters'])).toEqual([
    {
      exercise: '14-dead-letters',
      answers: 9,
      holds: 1,
      untouched: 2,
      mostCommon: [
        { verdict: 'x-y', count: 3 },
        { verdict: 'a-b', count: 2 },
      ],
    },
  ])
  expect(lines(grading).join('\n')).toContain(
    '  14 dead-letters  1 of 9 holds; most common: x-y 3, a-b 2; 2 not started or missing',
  )
})

describe('CSV', () => {
  const students = [
    'plain',
    'with "quotes", commas; and\nlines',
    '=1+1',
    '+1',
    '-1',
    '@x',
    '\t=1',
    ' =1',
    '＝1',
  ]
  const csv = toCsv(gradingOf(Object.fromEntries(students.map(student => [student, ['✓']]))))

  test('parses back', () => {
    const records: Record<string, string>[] = parse(csv, { columns: true })
    expect(records.map(({ student }) => student).slice(0, 2)).toEqual(students.slice(0, 2))
    expect(records[0]).toEqual({
      student: 'plain',
      exercise: '14-dead-letters',
      result: 'holds',
      verdict: 'holds',
      sentence: '',
    })
  })

  test('has nothing that a spreadsheet runs as a formula', () => {
    const cells: string[][] = parse(csv)
    expect(cells.flat().filter(cell => /^[\s"]*[=+\-@＝]/.test(cell))).toEqual([])
    expect(cells.at(3)![0]).toBe("'=1+1")
  })
})

test('JSON has every grade, whether it holds, and the totals', () => {
  expect(JSON.parse(JSON.stringify(toJson(gradingOf({ 'a"b': ['x-y'] }))))).toMatchObject({
    students: [{ student: 'a"b', folder: '/a"b', hasExercises: true }],
    exercises: [{ exercise: '14-dead-letters', goal: '14-dead-letters works.' }],
    grades: [
      {
        student: 'a"b',
        exercise: '14-dead-letters',
        holds: false,
        result: 'mistake',
        verdict: 'x-y',
        realMs: 1,
      },
    ],
    totals: [{ exercise: '14-dead-letters', answers: 1, holds: 0 }],
  })
})
