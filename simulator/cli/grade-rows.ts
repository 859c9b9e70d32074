/**
 * The rows of a grading: a student, an exercise, and what came of it in words.
 */

import type { Exercise } from '#simulator/desk/exercise.ts'
import { type Grade, openGrader } from '#simulator/desk/grade.ts'
import type { Judgement } from '#simulator/desk/grade-judgement.ts'
import type { JudgingLimits } from '#simulator/desk/grade-process.ts'
import { percent } from './diagnosis.ts'
import type { Clone } from './grade-clones.ts'

export interface GradeRow extends Omit<Grade, 'content'> {
  readonly student: string
  readonly exercise: string
  /** In a few words: `holds`, the name of the mistake, `wrong export`. */
  readonly verdict: string
  /** The first student whose answer is the same but for comments and layout; undefined for that student. */
  readonly sameAs?: string
}

export interface GradingOptions extends JudgingLimits {
  /** How many answers are judged at once. */
  readonly jobs: number
  readonly signal: AbortSignal
  /** Called when an answer's turn comes, with how many are done. */
  readonly onAnswer: (student: string, exercise: Exercise, done: number) => void
}

/** @returns a row for every student and exercise, student by student; also when it was interrupted */
export async function gradeAll(
  clones: readonly Clone[],
  exercises: readonly Exercise[],
  { jobs, signal, onAnswer, ...limits }: GradingOptions,
): Promise<readonly GradeRow[]> {
  const grader = await openGrader(limits, signal)
  const tasks = clones.flatMap(clone => exercises.map(exercise => ({ clone, exercise })))
  const grades: Grade[] = []
  let next = 0
  let done = 0
  async function work(): Promise<void> {
    while (next < tasks.length) {
      const index = next++
      const { clone, exercise } = tasks[index]!
      if (!signal.aborted) onAnswer(clone.student, exercise, done)
      grades[index] = clone.hasExercises ? await grader.grade(exercise, clone.folder) : NO_CLONE
      done++
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return toRows(tasks.map(({ clone, exercise }, index) => [clone.student, exercise.name, grades[index]!]))
}

function toRows(
  grades: readonly (readonly [student: string, exercise: string, grade: Grade])[],
): readonly GradeRow[] {
  const firsts = new Map<string, string>()
  return grades.map(([student, exercise, { content, ...grade }]) => {
    const key = `${exercise} ${content}`
    const sameAs = content === undefined ? undefined : firsts.get(key)
    if (content !== undefined && sameAs === undefined) firsts.set(key, student)
    return {
      student,
      exercise,
      verdict: verdictOf(grade),
      ...grade,
      ...withNeighbours(grade),
      ...(sameAs === undefined ? {} : { sameAs }),
    }
  })
}

const NO_CLONE: Grade = {
  kind: 'no-clone',
  sentence: 'There is no folder exercises: it is no clone of this repository.',
  realMs: 0,
}

/** Names of mistakes have hyphens, everything else has spaces: nobody takes one for the other. */
function verdictOf({ kind, mistakes = [], guarantee, outcome, code }: Judgement): string {
  if (kind === 'mistake') return mistakes.join(' or ')
  if (kind === 'broken') return `${guarantee}: ${outcome}`
  return (kind === 'trouble' || kind === 'refused' ? (code ?? kind) : kind).replaceAll('-', ' ')
}

function withNeighbours({ sentence, nearest = [] }: Judgement): { readonly sentence?: string } {
  if (sentence === undefined || nearest.length === 0) return {}
  const [{ mistake, likeness }] = nearest as [(typeof nearest)[number]]
  return { sentence: `${sentence.replace(/\.$/, '')}; nearest is ${mistake} (${percent(likeness)} alike)` }
}
