/**
 * Makes `docs/failure-table.md` by running everything in it.
 */
import { exerciseNames, loadExercise } from '#simulator/desk/exercise.ts'
import type { FailureTable } from '#simulator/explore/table.ts'
import { measureTable } from './table-exercise.ts'
import { measureFlow } from './table-flow.ts'
import { documentTables } from './table-markdown.ts'

/** The page as text: the same on every machine, whatever the student has written. */
export async function documentFailureTables(): Promise<string> {
  const exercises: FailureTable[] = []
  for (const name of exerciseNames()) {
    // A step that takes long on a busy machine must not change the page.
    exercises.push(await measureTable(await loadExercise(name), { withYours: false, hardLimitMs: 20_000 }))
  }
  return documentTables(await measureFlow({ hardLimitMs: 20_000 }), exercises)
}
