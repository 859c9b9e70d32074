/**
 * The exercises and the answers to each that have a column in its failure table.
 */
const FILES = Object.keys(import.meta.glob('../../../exercises/*/mistakes/*.ts'))

export interface TableExercise {
  /** The folder: `12-idempotent-consumer`. */
  readonly name: string
  /** From the worst to the best. */
  readonly answers: readonly string[]
}

/** The student's own files are there on the development server only. */
export const EXERCISES: readonly TableExercise[] = exercisesOf(FILES, import.meta.env.DEV)

/**
 * A mistake's other files (`no-dedupe~batch`) are other ways to make it, and behave alike.
 * @param files paths that end in `<exercise>/mistakes/<answer>.ts`
 */
export function exercisesOf(files: readonly string[], withYours: boolean): TableExercise[] {
  const mistakes = new Map<string, string[]>()
  for (const file of files) {
    const [, exercise, answer] = /([^/]+)\/mistakes\/([^/~]+)\.ts$/.exec(file) ?? []
    if (exercise === undefined || answer === undefined) continue
    mistakes.set(exercise, [...(mistakes.get(exercise) ?? []), answer])
  }
  return [...mistakes]
    .map(([name, known]) => ({
      name,
      answers: ['starter', ...known.sort(), 'solution', ...(withYours ? ['yours'] : [])],
    }))
    .sort((left, right) => left.name.localeCompare(right.name))
}

/** `12 idempotent consumer` */
export function titleOf(exercise: string): string {
  return exercise.replaceAll('-', ' ')
}
