/**
 * From what was typed to exercises and answers.
 */
import { existsSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import {
  type Answer,
  type Exercise,
  exerciseNames,
  findExercise,
  loadExercise,
  mistakes,
  solution,
  starter,
  yours,
} from '#simulator/desk/exercise.ts'
import { nearest } from '#simulator/faults/nearest.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'

/**
 * All exercises when nothing was named.
 * @throws WorkbenchError `unknown-exercise` with those there are
 */
export function chooseExercises(wanted: readonly string[]): Promise<Exercise[]> {
  const names = wanted.length === 0 ? exerciseNames() : [...new Set(wanted.map(name => findExercise(name)))]
  return Promise.all(names.map(name => loadExercise(name)))
}

export function chooseExercise(wanted: string): Promise<Exercise> {
  return loadExercise(findExercise(wanted))
}

/**
 * @param wanted `yours`, `starter`, `solution`, the name of a mistake, or a file
 * @throws WorkbenchError `unknown-answer` with the nearest there are
 */
export function chooseAnswer(exercise: Exercise, wanted: string): Answer {
  const known = [yours(exercise), starter(exercise), solution(exercise), ...mistakes(exercise)]
  const found = known.find(({ name }) => name === wanted)
  if (found !== undefined) return found
  if (wanted.endsWith('.ts')) {
    const file = isAbsolute(wanted) ? wanted : resolve(wanted)
    if (existsSync(file)) return { name: wanted, file }
    throw new WorkbenchError(
      'unknown-answer',
      `There is no file ${wanted}.`,
      'Correct it and run the command again.',
    )
  }
  const names = known.map(({ name }) => name)
  throw new WorkbenchError(
    'unknown-answer',
    `Exercise ${exercise.number} has no answer "${wanted}".`,
    `Did you mean ${nearest(wanted, names).join(' or ')}? There are ${names.join(', ')}; or give a file that ends in .ts.`,
  )
}

/** `12 idempotent-consumer` */
export function titleOf({ name, number }: Pick<Exercise, 'name' | 'number'>): string {
  return `${number} ${name.slice(number.length + 1)}`
}
