/**
 * The verdict on the student's file as it is now: the remembered one if the file is still the same, else a new one.
 */
import { contentOf } from '#simulator/desk/content.ts'
import { type Exercise, yours } from '#simulator/desk/exercise.ts'
import { openDeskFor } from './desk-options.ts'
import { judgeAnswer } from './judging.ts'
import { readState, type StoredVerdict } from './student-state.ts'

/** @returns undefined when there is no file */
export async function verdictNow(exercise: Exercise): Promise<StoredVerdict | undefined> {
  const content = await contentOf(yours(exercise))
  if (content === undefined) return undefined
  const remembered = readState().verdicts.get(exercise.name)
  if (remembered?.content === content) return remembered
  const desk = openDeskFor({})
  try {
    await judgeAnswer(desk, exercise, yours(exercise))
  } finally {
    desk.close()
  }
  return readState().verdicts.get(exercise.name)
}
