/**
 * What a grading says of each exercise: how many hold, and what most of the others got wrong.
 */
import type { JudgementKind } from '#simulator/desk/grade-judgement.ts'
import type { GradeRow } from './grade-rows.ts'

export interface GradeTotal {
  readonly exercise: string
  readonly answers: number
  readonly holds: number
  /** Starters and files that are not there. */
  readonly untouched: number
  /** What was wrong more than with one student, or with one if that is all there is; the most frequent first. */
  readonly mostCommon: readonly { readonly verdict: string; readonly count: number }[]
}

const UNTOUCHED: ReadonlySet<JudgementKind> = new Set(['not-started', 'missing', 'no-clone'])
const SHOWN = 3

export function totalsOf(rows: readonly GradeRow[], exercises: readonly string[]): readonly GradeTotal[] {
  return exercises.map(exercise => {
    const own = rows.filter(row => row.exercise === exercise)
    const wrong = own.filter(({ kind }) => kind !== 'holds' && kind !== 'not-judged' && !UNTOUCHED.has(kind))
    return {
      exercise,
      answers: own.length,
      holds: own.filter(({ kind }) => kind === 'holds').length,
      untouched: own.filter(({ kind }) => UNTOUCHED.has(kind)).length,
      mostCommon: mostCommon(wrong.map(({ verdict }) => verdict)),
    }
  })
}

function mostCommon(verdicts: readonly string[]): GradeTotal['mostCommon'] {
  const counts = new Map<string, number>()
  for (const verdict of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  const ranked = [...counts]
    .map(([verdict, count]) => ({ verdict, count }))
    .sort((a, b) => b.count - a.count || (a.verdict < b.verdict ? -1 : 1))
  const shared = ranked.filter(({ count }) => count > 1)
  return (shared.length > 0 ? shared : ranked.slice(0, 1)).slice(0, SHOWN)
}
