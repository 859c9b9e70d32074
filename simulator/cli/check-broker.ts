/**
 * `check --broker`: an answer on a real broker, in real time, under what can be done to it there.
 */
import type { Answer, Exercise } from '#simulator/desk/exercise.ts'
import { prepareExercise } from '#simulator/live/field/exercise-in-field.ts'
import type { FieldResult } from '#simulator/live/field/field-run.ts'
import { openPlace } from '#simulator/live/field/place.ts'
import { EXIT_INTERRUPTED, untilInterrupted } from './interruption.ts'
import { createProgressLine, formatTime, pad, plural, style, terminalWidth, wrap } from './terminal.ts'

const TITLE_WIDTH = 30

/** @returns the exit code */
export async function checkOnBroker(
  exercise: Exercise,
  answer: Answer,
  broker: string,
  fresh: boolean,
): Promise<number> {
  const width = Math.min(terminalWidth(), 110)
  const { topics } = exercise.check.scenario(() => ({}))
  const progress = createProgressLine()
  const interruption = untilInterrupted(() => progress.show('  ending what was started …'))
  const place = await openPlace({ name: 'check', topics, address: broker, isFresh: fresh })
  const startedAt = performance.now()
  let runs = 0
  let broken = 0
  try {
    const field = await prepareExercise(exercise, answer, place)
    console.log(
      `\n${style.title(`${exercise.number} on a real broker`)}  ${wrap(exercise.check.goal, width - 24)}\n${style.quiet(`${answer.name}, the same file, on Kafka at ${broker}, in real time`)}\n`,
    )
    for (const mode of field.modes) {
      const title = `  ${pad(mode.title, TITLE_WIDTH)} `
      if (mode.impossible !== undefined) {
        console.log(`${title}${style.quiet(`not shown: ${mode.impossible}`)}`)
        continue
      }
      const result = await field.run(mode, {
        signal: interruption.signal,
        onPhase: phase => interruption.signal.aborted || progress.show(`${title}${phase} …`),
      })
      progress.clear()
      runs++
      if (!result.holds) broken++
      console.log(`${title}${verdict(result)}  ${style.quiet(formatTime(result.tookMs))}`)
      console.log(style.quiet(`      ${wrap(mode.how, width - 6, '      ')}`))
      for (const { message } of result.violations.slice(0, 3))
        console.log(`      ${wrap(message, width - 6, '      ')}`)
    }
  } catch (error) {
    if (interruption.signal.aborted) return EXIT_INTERRUPTED
    throw error
  } finally {
    await place.close()
    progress.clear()
    interruption.dispose()
  }
  const took = formatTime(performance.now() - startedAt)
  console.log(
    broken === 0
      ? `\n  ${style.good('✓')} ${plural(runs, 'run')} in ${took}: every guarantee held. These are examples; every plan there is: ${style.command(`npm run check ${exercise.number}`)}\n`
      : `\n  ${style.bad('✗')} ${broken} of ${plural(runs, 'run')} broke a guarantee. The smallest way it breaks, and why: ${style.command(`npm run check ${exercise.number}`)}\n`,
  )
  return broken === 0 ? 0 : 1
}

function verdict({ holds, violations, cameToRest }: FieldResult): string {
  if (holds) return style.good('✓ holds')
  const outcomes = [...new Set(violations.map(({ outcome }) => outcome))]
  if (outcomes.length === 0) return style.bad(cameToRest ? '✗' : '✗ did not come to rest')
  return style.bad(`✗ ${outcomes.join(', ')}`)
}
