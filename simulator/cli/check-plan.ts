/**
 * One plan run against an answer, with the same picture as in a report, whether it breaks something or not.
 */
import type { Replay } from '#simulator/desk/desk.ts'
import type { Exercise } from '#simulator/desk/exercise.ts'
import {
  readExercisePlan,
  replayCommand,
  targetsOf,
  writeExercisePlan,
} from '#simulator/explore/exercise-plan.ts'
import { sayPlan } from '#simulator/explore/say-plan.ts'
import { heading } from './check-report.ts'
import { chooseAnswer } from './choose-exercise.ts'
import { type DeskFlags, openDeskFor } from './desk-options.ts'
import { formatExplanation, formatTrouble } from './explanation.ts'
import { fact, formatSteps, paragraph } from './facts.ts'
import { isPlanFile, readPlanFile } from './plan-file.ts'
import { formatTime, style, terminalWidth } from './terminal.ts'

export interface CheckPlanOptions extends DeskFlags {
  readonly answer: string
  readonly json?: boolean
}

/** @returns the exit code: 0 when every guarantee holds under this plan */
export async function checkPlan(
  exercise: Exercise,
  text: string,
  options: CheckPlanOptions,
): Promise<number> {
  const plan = isPlanFile(text)
    ? readPlanFile(text, targetsOf(exercise.check))
    : readExercisePlan(text, exercise.check)
  const answer = chooseAnswer(exercise, options.answer)
  const desk = openDeskFor({ ...options, workers: '1' })
  try {
    const replay = await desk.replay(exercise, answer, plan)
    console.log(
      options.json === true
        ? JSON.stringify(toReplayJson(replay))
        : `${formatReplay(exercise, replay, terminalWidth())}\n`,
    )
    return replay.holds ? 0 : 1
  } finally {
    desk.close()
  }
}

export function formatReplay(exercise: Exercise, replay: Replay, width: number): string {
  const { refused, trouble, explanation, holds, plan, violations, answer } = replay
  const parts = [heading(exercise, replay)]
  if (refused !== undefined) {
    parts.push(paragraph(refused.sentence, width))
    if (refused.next !== '') parts.push(fact('Next', refused.next, width))
    return parts.join('\n\n')
  }
  if (holds) parts.push(fact('It holds', 'Every guarantee holds under this plan.', width))
  if (explanation !== undefined) parts.push(...formatExplanation(explanation, width))
  else if (trouble !== undefined) parts.push(formatTrouble({ trouble, plan }, width))
  const others = violations.filter(({ guarantee }) => guarantee !== explanation?.guarantee)
  parts.push(
    others
      .map(({ guarantee, outcome, message }) =>
        fact('Also', `${style.title(guarantee)}: ${style.bad(outcome)}, ${message}.`, width),
      )
      .join('\n'),
    formatSteps('Again', [{ command: replayCommand(exercise.number, plan, answer), what: '' }], width),
    style.quiet(`  1 run of this plan, explained in ${formatTime(replay.realMs)}`),
  )
  return parts.filter(part => part !== '').join('\n\n')
}

/** What `check --plan … --json` prints: what is missing is null, and only `realMs` differs from time to time. */
function toReplayJson({
  exercise,
  answer,
  file,
  holds,
  refused,
  plan,
  violations,
  trouble,
  explanation,
  realMs,
}: Replay): object {
  return {
    exercise,
    answer,
    file,
    holds,
    refused: refused ?? null,
    plan: writeExercisePlan(plan),
    planSentence: sayPlan(plan),
    violations,
    trouble: trouble ?? null,
    explanation: explanation ?? null,
    realMs: Math.round(realMs),
  }
}
