/**
 * The door for an editor's test runner: three lines in an exercise's `check.test.ts` judge the file that lies beside it.
 */
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openDesk } from './desk.ts'
import { loadExercise, yours } from './exercise.ts'

/** @param testFile `import.meta.url` of the test file in the exercise's folder */
export async function testExercise(testFile: string): Promise<void> {
  const exercise = await loadExercise(basename(dirname(fileURLToPath(testFile))))
  test(exercise.check.goal, { timeout: 60_000 }, async () => {
    const desk = openDesk()
    try {
      const { refused, verdict } = await desk.judge(exercise, yours(exercise))
      expect(refused?.sentence).toBeUndefined()
      expect(verdict?.counterexamples.map(({ plan, violations }) => ({ plan, violations }))).toEqual([])
    } finally {
      desk.close()
    }
  })
}
