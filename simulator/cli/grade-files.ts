/**
 * Gradings for other programs: CSV for spreadsheets, JSON for everything else.
 */
import type { Exercise } from '#simulator/desk/exercise.ts'
import type { Clone } from './grade-clones.ts'
import type { GradeRow } from './grade-rows.ts'
import { totalsOf } from './grade-totals.ts'

export interface Grading {
  readonly clones: readonly Clone[]
  readonly exercises: readonly Exercise[]
  readonly rows: readonly GradeRow[]
}

const COLUMNS = ['student', 'exercise', 'result', 'verdict', 'sentence'] as const

/** Lines as RFC 4180 has them. The same gradings give the same text. */
export function toCsv({ rows }: Grading): string {
  const records = rows.map(({ student, exercise, kind, verdict, sentence = '' }) => [
    student,
    exercise,
    kind,
    verdict,
    sentence,
  ])
  return [COLUMNS, ...records].map(record => `${record.map(cell).join(',')}\r\n`).join('')
}

/**
 * A spreadsheet takes what begins like this for a formula and runs it, and the names of folders are the students'. All cells stand
 * in quotes, as there are countries where a semicolon ends one.
 */
function cell(text: string): string {
  const inert = /^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text
  return `"${inert.replaceAll('"', '""')}"`
}

/** The same for the same answers, but for `realMs`. Shapes grow by new fields only. */
export function toJson({ clones, exercises, rows }: Grading): object {
  return {
    students: clones.map(({ student, folder, hasExercises }) => ({ student, folder, hasExercises })),
    exercises: exercises.map(({ name, check }) => ({ exercise: name, goal: check.goal })),
    grades: rows.map(({ kind, mistakes, nearest, realMs, ...row }) => ({
      student: row.student,
      exercise: row.exercise,
      holds: kind === 'holds',
      result: kind,
      verdict: row.verdict,
      mistakes: mistakes ?? [],
      nearest: nearest ?? [],
      guarantee: row.guarantee ?? null,
      outcome: row.outcome ?? null,
      code: row.code ?? null,
      sentence: row.sentence ?? null,
      sameAs: row.sameAs ?? null,
      realMs: Math.round(realMs),
    })),
    totals: totalsOf(
      rows,
      exercises.map(({ name }) => name),
    ),
  }
}
