/**
 * Measures the failure table of an exercise: every answer under every single fault, in processes of their own.
 */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { relative } from 'node:path'
import { compileSlot } from '#simulator/desk/compile.ts'
import {
  type Answer,
  type Exercise,
  mistakeOf,
  mistakes,
  ROOT,
  solution,
  starter,
  yours,
} from '#simulator/desk/exercise.ts'
import { openPool, type Pool } from '#simulator/desk/pool.ts'
import { asTrouble } from '#simulator/explore/run-plan.ts'
import { survey } from '#simulator/explore/survey.ts'
import { type Column, type FailureTable, groupByFamily, plansOf, tabulate } from '#simulator/explore/table.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'

export interface TableOptions {
  /** Whether the student's own file gets a column. Generated pages must not depend on it. */
  readonly withYours: boolean
  /** Real milliseconds that a single step may take. Default 2,000. */
  readonly hardLimitMs?: number
  /** Called for each answer as its turn comes. */
  readonly onAnswer?: (name: string, index: number, count: number) => void
}

/** The seed of every run in a table, the same that `check` begins with. */
const SEED = 1

export async function measureTable(
  exercise: Exercise,
  { withYours, hardLimitMs = 2000, onAnswer }: TableOptions,
): Promise<FailureTable> {
  const pool = openPool(Math.min(4, availableParallelism()), hardLimitMs)
  const answers = answersFor(exercise, withYours)
  try {
    const columns: Column[] = []
    for (const [index, answer] of answers.entries()) {
      onAnswer?.(answer.name, index, answers.length)
      columns.push(await measureColumn(pool, exercise, answer))
    }
    return tabulate(exercise.check, columns)
  } finally {
    pool.close()
  }
}

/** From the worst to the best; a mistake's other files are other ways to make it, and behave alike. */
export function answersFor(exercise: Exercise, withYours: boolean): Answer[] {
  return [
    starter(exercise),
    ...mistakes(exercise).filter(({ name }) => mistakeOf(name) === name),
    solution(exercise),
    ...(withYours ? [yours(exercise)] : []),
  ]
}

async function measureColumn(pool: Pool, { name, check }: Exercise, answer: Answer): Promise<Column> {
  const column = { name: answer.name, file: relative(ROOT, answer.file) }
  try {
    if (!existsSync(answer.file)) throw missing(column.file)
    const executor = await pool.load(name, await compileSlot(answer.file, ROOT))
    const surveyed = await survey(check, executor, SEED)
    const plans = plansOf(surveyed, SEED)
    const judged = plans.filter(({ failure }) => failure?.trouble === undefined)
    const measurements = await pool.measure(judged.map(({ plan }) => plan))
    return { ...column, tried: groupByFamily(surveyed, plans, measurements) }
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error
    return { ...column, refused: asTrouble(error) }
  }
}

function missing(file: string): WorkbenchError {
  return new WorkbenchError('missing-file', `There is no ${file}.`, 'npm run reset brings the starter back.')
}
