/**
 * Where to go on after an exercise.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Report } from '#simulator/desk/desk.ts'
import { type Exercise, exerciseNames, ROOT } from '#simulator/desk/exercise.ts'
import type { Step } from './facts.ts'
import { readState } from './student-state.ts'
import { formatCount } from './terminal.ts'

/** What to do once an answer holds. For somebody else's answer than the student's there is nothing to do. */
export function stepsAfter(
  { name, number }: Pick<Exercise, 'name' | 'number'>,
  { holds, answer, verdict }: Report,
): Step[] {
  if (!holds || answer !== 'yours') return []
  const steps: Step[] = [{ command: `npm run diff ${number}`, what: 'your answer beside the model answer' }]
  const { pairs = 0, allPairs = pairs } = verdict?.coverage ?? {}
  if (pairs < allPairs) {
    steps.push({
      command: `npm run check ${number} -- --thorough`,
      what: `all ${formatCount(allPairs)} pairs of faults`,
    })
  }
  const readme = `exercises/${name}/README.md`
  if (existsSync(join(ROOT, readme))) steps.push({ command: readme, what: 'its questions' })
  const next = nextExercise(name)
  if (next !== undefined) steps.push({ command: `exercises/${next}`, what: 'the next exercise' })
  return steps
}

/** The first exercise after this one that does not hold yet; if there is none after it, the first before it. */
export function nextExercise(after?: string): string | undefined {
  const names = exerciseNames()
  const { verdicts } = readState()
  const start = after === undefined ? 0 : names.indexOf(after) + 1
  return [...names.slice(start), ...names.slice(0, start)].find(
    name => name !== after && verdicts.get(name)?.holds !== true,
  )
}
