/**
 * The exercises there are: their folders, checks, starters and known-wrong answers.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Check, Mistake } from '#simulator/explore/check.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { compileSlot } from './compile.ts'
import { instantiate } from './instantiate.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

export interface Exercise {
  /** `12-idempotent-consumer` */
  readonly name: string
  /** `12` */
  readonly number: string
  /** Absolute path of its folder. */
  readonly folder: string
  readonly check: Check
}

/** A file that answers an exercise: a student's, the starter, a mistake, the solution. */
export interface Answer {
  /** `yours`, `starter`, `solution` or the mistake's name. */
  readonly name: string
  readonly file: string
}

const EXERCISES = join(ROOT, 'exercises')
const FOLDER = /^(\d\d)-[a-z0-9-]+$/

/** The names of all exercise folders, in order. */
export function exerciseNames(folder = EXERCISES): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter(name => FOLDER.test(name) && existsSync(join(folder, name, 'check.ts')))
    .sort()
}

/**
 * Finds an exercise by number or by its name or the beginning of it.
 * @throws WorkbenchError `unknown-exercise` with those there are
 */
export function findExercise(wanted: string): string {
  const names = exerciseNames()
  const padded = wanted.padStart(2, '0')
  const found = names.find(name => name === wanted || name.startsWith(`${padded}-`))
  if (found !== undefined) return found
  throw new WorkbenchError(
    'unknown-exercise',
    `There is no exercise "${wanted}".`,
    `There ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}.`,
  )
}

export async function loadExercise(name: string): Promise<Exercise> {
  const folder = join(EXERCISES, name)
  const { default: check } = (await import(pathToFileURL(join(folder, 'check.ts')).href)) as {
    default: Check
  }
  return { name, number: name.slice(0, 2), folder, check }
}

/** The file the student edits. */
export function yours({ folder, check }: Pick<Exercise, 'folder' | 'check'>): Answer {
  return { name: 'yours', file: join(folder, check.slot.file) }
}

/** The starter as it came, kept apart from the file that is edited. */
export function starter({ folder, check }: Pick<Exercise, 'folder' | 'check'>): Answer {
  return { name: 'starter', file: join(folder, 'starter', check.slot.file) }
}

export function solution({ name, check }: Pick<Exercise, 'name' | 'check'>): Answer {
  return { name: 'solution', file: join(ROOT, 'solutions', name, check.slot.file) }
}

/** The known-wrong answers, in the order of their names. A file `no-dedupe~batch.ts` is another way to make the mistake `no-dedupe`. */
export function mistakes({ folder }: Pick<Exercise, 'folder'>): Answer[] {
  const path = join(folder, 'mistakes')
  if (!existsSync(path)) return []
  return readdirSync(path)
    .filter(file => file.endsWith('.ts'))
    .sort()
    .map(file => ({ name: file.slice(0, -'.ts'.length), file: join(path, file) }))
}

/** The mistake a file is an example of. */
export function mistakeOf(answer: string): string {
  return answer.split('~')[0]!
}

/** Outcome, explanation and hints, which the mistake's main file exports as `mistake`. */
export async function describeMistake(exercise: Pick<Exercise, 'folder'>, name: string): Promise<Mistake> {
  const file = join(exercise.folder, 'mistakes', `${name}.ts`)
  // Compiled as it is when it is judged: beside the reference, whatever the student has made of other exercises.
  const { mistake } = instantiate(await compileSlot(file, ROOT), ROOT)()
  return mistake as Mistake
}
