/**
 * A grading for the terminal: students as rows and exercises as columns, or a list where that is too wide.
 */
import stringWidth from 'string-width'
import type { JudgementKind } from '#simulator/desk/grade-judgement.ts'
import { titleOf } from './choose-exercise.ts'
import type { Grading } from './grade-files.ts'
import type { GradeRow } from './grade-rows.ts'
import { formatTable, pad, style, wrap } from './terminal.ts'

/** Verdicts are broken at hyphens and spaces to be no wider than this: as little as the terminal asks for. */
const CELL_WIDTHS = [Number.POSITIVE_INFINITY, 16, 11] as const
const STUDENT_WIDTH = 24
const INDENT = '  '
const GAP = 2

/** @param width columns of the terminal; infinite where nobody knows */
export function formatGrades(grading: Grading, width: number): string {
  for (const cellWidth of CELL_WIDTHS) {
    const table = formatMatrix(grading, cellWidth)
    if (Math.max(...table.split('\n').map(line => stringWidth(line))) <= width) return table
  }
  return formatList(grading)
}

function formatMatrix({ clones, exercises, rows }: Grading, cellWidth: number): string {
  const columns = [
    { heading: 'student' },
    ...exercises.map(exercise => ({ heading: exercises.length === 1 ? titleOf(exercise) : exercise.number })),
  ]
  const lines = clones.flatMap(({ student }) => {
    const cells = exercises.map(({ name }) => {
      const row = rowOf(rows, student, name)
      return breakText(signOf(row), cellWidth).map(text => paint(row.kind, text))
    })
    const height = Math.max(...cells.map(({ length }) => length))
    return Array.from({ length: height }, (_, line) => [
      line === 0 ? clip(printable(student), STUDENT_WIDTH) : '',
      ...cells.map(cell => cell[line] ?? ''),
    ])
  })
  return formatTable(columns, lines)
}

/** Under each student the exercises by what came of them. */
function formatList({ clones, exercises, rows }: Grading): string {
  const names = clones.map(({ student }) => clip(printable(student), STUDENT_WIDTH))
  const nameWidth = Math.max(...names.map(name => stringWidth(name)))
  return clones
    .flatMap(({ student }, index) => {
      const byVerdict = new Map<string, { kind: JudgementKind; numbers: string[] }>()
      for (const { name, number } of exercises) {
        const row = rowOf(rows, student, name)
        const group = byVerdict.get(signOf(row)) ?? { kind: row.kind, numbers: [] }
        byVerdict.set(signOf(row), group)
        group.numbers.push(number)
      }
      return [...byVerdict].map(([verdict, { kind, numbers }], line) => {
        const name = pad(line === 0 ? names[index]! : '', nameWidth)
        return `${INDENT}${name}${' '.repeat(GAP)}${paint(kind, verdict)}  ${numbers.join(' ')}`
      })
    })
    .join('\n')
}

function rowOf(rows: readonly GradeRow[], student: string, exercise: string): GradeRow {
  return rows.find(row => row.student === student && row.exercise === exercise)!
}

function signOf({ kind, verdict }: GradeRow): string {
  if (kind === 'holds') return '✓'
  return kind === 'not-judged' ? '–' : printable(verdict)
}

function paint(kind: JudgementKind, text: string): string {
  switch (kind) {
    case 'holds':
      return style.good(text)
    case 'mistake':
    case 'broken':
      return style.bad(text)
    case 'not-started':
    case 'missing':
    case 'no-clone':
    case 'not-judged':
      return style.quiet(text)
    default:
      return style.warning(text)
  }
}

/** `dedupe-ttl-too-short` in two lines, so that a column need not be as wide as its name. */
function breakText(text: string, width: number): string[] {
  const lines: string[] = []
  for (const part of text.split(/(?<=-)|(?<= )/)) {
    const last = lines.at(-1)
    if (last !== undefined && stringWidth((last + part).trimEnd()) <= width)
      lines[lines.length - 1] = last + part
    else lines.push(part)
  }
  return lines.map(line => line.trimEnd())
}

/** What students name folders and write into files must not move the cursor, or turn the direction of writing. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, '?')
}

export function clip(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let start = ''
  for (const character of text) {
    if (stringWidth(start + character) >= width) break
    start += character
  }
  return `${start}…`
}

/** Label and text in two columns, the text on as many lines as it needs. */
export function formatPairs(pairs: readonly (readonly [string, string])[], width: number): string {
  const labelWidth = Math.max(0, ...pairs.map(([label]) => stringWidth(label)))
  const margin = ' '.repeat(INDENT.length + labelWidth + GAP)
  return pairs
    .map(
      ([label, text]) =>
        `${INDENT}${pad(label, labelWidth)}${' '.repeat(GAP)}${wrap(text, width - margin.length, '').replaceAll('\n', `\n${margin}`)}`,
    )
    .join('\n')
}
