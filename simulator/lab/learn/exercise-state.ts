/**
 * How far a student has come with an exercise.
 */
import type { Remembered } from './memory.ts'

export type ExerciseState = 'untried' | 'fails' | 'holds' | 'changed'

/** @param content of the file as it is now; undefined when that is not known */
export function stateOf(remembered: Remembered | undefined, content: string | undefined): ExerciseState {
  if (remembered === undefined) return 'untried'
  const { now } = remembered
  // What could not be judged has no content to compare with.
  if (now.refused === undefined && content !== undefined && now.content !== content) return 'changed'
  return now.holds ? 'holds' : 'fails'
}

export const STATE_WORDS: Readonly<Record<ExerciseState, string>> = {
  untried: 'not tried yet',
  fails: 'fails',
  holds: 'holds',
  changed: 'changed since it was judged',
}
