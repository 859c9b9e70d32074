/**
 * What stands around the table of a grading: how many hold, what the signs mean, and what is behind those that name no mistake.
 */
import type { JudgementKind } from '#simulator/desk/grade-judgement.ts'
import { titleOf } from './choose-exercise.ts'
import { paragraph } from './facts.ts'
import type { Grading } from './grade-files.ts'
import type { GradeRow } from './grade-rows.ts'
import { clip, formatGrades, formatPairs, printable } from './grade-table.ts'
import { type GradeTotal, totalsOf } from './grade-totals.ts'
import { formatTime, plural, style } from './terminal.ts'

export interface GradeReportOptions {
  /** Columns of the terminal; undefined for a file or a pipe, whose reader can scroll. */
  readonly columns: number | undefined
  readonly realMs: number
}

/** Without a terminal, lines of text are no longer than this. */
const TEXT_WIDTH = 100
const MAX_TEXT_WIDTH = 120

export function formatGrading(grading: Grading, { columns, realMs }: GradeReportOptions): string {
  const { clones, exercises, rows } = grading
  const width = Math.min(columns ?? TEXT_WIDTH, MAX_TEXT_WIDTH)
  const judged = rows.filter(({ kind }) => kind !== 'not-judged').length
  const progress = judged === rows.length ? '' : `, ${judged} of ${rows.length} answers graded`
  const what = `${plural(clones.length, 'student')}, ${plural(exercises.length, 'exercise')}${progress}`
  const parts = [
    `${style.title('Grades')}  ${what}  ${style.quiet(`in ${formatTime(realMs)}`)}`,
    formatGrades(grading, columns ?? Number.POSITIVE_INFINITY),
    formatTotals(grading, width),
    formatNotes(grading, width),
    formatLegend(rows, width),
  ]
  return parts.filter(part => part !== '').join('\n\n')
}

function formatTotals({ exercises, rows }: Grading, width: number): string {
  const totals = totalsOf(
    rows,
    exercises.map(({ name }) => name),
  )
  return formatPairs(
    exercises.map((exercise, index) => [titleOf(exercise), sayTotal(totals[index]!)]),
    width,
  )
}

/** "4 of 7 hold; most common: effect-then-mark 2; 1 not started or missing" */
function sayTotal({ answers, holds, untouched, mostCommon }: GradeTotal): string {
  const common = mostCommon.map(({ verdict, count }) => `${printable(verdict)} ${count}`)
  return [
    `${holds} of ${answers} ${holds === 1 ? 'holds' : 'hold'}`,
    ...(common.length === 0 ? [] : [`most common: ${common.join(', ')}`]),
    ...(untouched === 0 ? [] : [`${untouched} not started or missing`]),
  ].join('; ')
}

const IN_NEED_OF_WORDS: ReadonlySet<JudgementKind> = new Set([
  'broken',
  'trouble',
  'refused',
  'out-of-memory',
  'not-judged',
])

/** A line for each verdict whose few words do not say what happened. */
function formatNotes({ exercises, rows }: Grading, width: number): string {
  const wasInterrupted = (row: GradeRow) => row.code === 'interrupted'
  const noted = rows.filter(row => IN_NEED_OF_WORDS.has(row.kind) && !wasInterrupted(row))
  const numberOf = (name: string) => exercises.find(exercise => exercise.name === name)!.number
  return formatPairs(
    noted.map(({ student, exercise, sentence = '' }) => [
      `${clip(printable(student), 20)} ${numberOf(exercise)}`,
      printable(sentence),
    ]),
    width,
  )
}

function formatLegend(rows: readonly GradeRow[], width: number): string {
  const kinds = new Set(rows.map(({ kind }) => kind))
  const example = rows.find(({ kind }) => kind === 'mistake')?.verdict
  const signs = LEGEND.filter(([, , kind]) => kinds.has(kind)).map(
    ([sign, meaning, kind]) => [kind === 'mistake' ? example! : sign, meaning] as const,
  )
  const same = rows.filter(({ sameAs }) => sameAs !== undefined).length
  const reused = `${plural(same, 'answer')} ${same === 1 ? 'is' : 'are'} the same as another student’s but for comments and layout; the same is judged once.`
  return [formatPairs(signs, width), ...(same === 0 ? [] : [paragraph(reused, width)])]
    .map(text => style.quiet(text))
    .join('\n')
}

const LEGEND: readonly (readonly [sign: string, meaning: string, kind: JudgementKind])[] = [
  ['✓', 'everything that was tried holds', 'holds'],
  ['', 'behaves like this known mistake, which lies in mistakes/ of the exercise', 'mistake'],
  ['promise: outcome', 'breaks this promise, like no mistake that is known', 'broken'],
  ['timed out', 'was ended before it was judged', 'timed-out'],
  ['out of memory', 'was ended before it had taken all memory', 'out-of-memory'],
  ['not started', 'is still the starter as it came', 'not-started'],
  ['missing', 'has no such file', 'missing'],
  ['no clone', 'has no folder exercises', 'no-clone'],
  ['–', 'was not judged', 'not-judged'],
]
