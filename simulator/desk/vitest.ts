/**
 * The door for an editor's test runner: three lines in an exercise's `check.test.ts` judge the file that lies beside it.
 */
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openDesk, type Report } from './desk.ts'
import { type Exercise, loadExercise, yours } from './exercise.ts'

/** @param testFile `import.meta.url` of the test file in the exercise's folder */
export async function testExercise(testFile: string): Promise<void> {
  const exercise = await loadExercise(basename(dirname(fileURLToPath(testFile))))
  test(exercise.check.goal, { timeout: 60_000 }, async () => {
    const desk = openDesk()
    try {
      const report = await desk.judge(exercise, yours(exercise))
      if (!report.holds) expect.fail(inWords(exercise, report))
    } finally {
      desk.close()
    }
  })
}

/** The smallest failure in a few lines; the command shows it as a picture. */
function inWords(exercise: Exercise, { refused, verdict, explanations }: Report): string {
  const trouble = refused ?? verdict?.counterexamples[0]?.trouble
  const [explanation] = explanations
  const what =
    trouble !== undefined
      ? [trouble.sentence, trouble.next]
      : [
          explanation?.planSentence,
          ...(explanation?.happened.map(({ outcome, message }) => `${outcome}: ${message}`) ?? []),
          `Promised: ${explanation?.promise}`,
        ]
  return [...what, `The whole story: npm run check ${exercise.number}`].join('\n')
}
