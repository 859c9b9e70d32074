/**
 * The refusal of commands that need the student's file, and the sentence about it.
 */
import { relative } from 'node:path'
import { type Exercise, ROOT, yours } from '#simulator/desk/exercise.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'

export function missingFile(exercise: Exercise): WorkbenchError {
  return new WorkbenchError(
    'missing-file',
    `There is no ${relative(ROOT, yours(exercise).file)}.`,
    `npm run reset ${exercise.number} brings the starter back.`,
  )
}
