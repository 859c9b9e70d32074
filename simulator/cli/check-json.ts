/**
 * What `check --json` prints: one object a line for each exercise, the same for the same file but for `realMs`.
 */
import type { Report } from '#simulator/desk/desk.ts'
import type { Exercise } from '#simulator/desk/exercise.ts'
import { replayCommand, writeExercisePlan } from '#simulator/explore/exercise-plan.ts'
import type { Explanation } from '#simulator/explore/explain.ts'
import type { Counterexample, Coverage } from '#simulator/explore/judge.ts'
import type { Trouble } from '#simulator/explore/run-plan.ts'
import { sayPlan } from '#simulator/explore/say-plan.ts'
import type { Neighbour } from '#simulator/explore/signature.ts'
import type { Outcome } from '#simulator/scenario/scenario.ts'

export interface CheckJson {
  /** `12-idempotent-consumer` */
  readonly exercise: string
  /** `yours`, `starter`, `solution`, the name of a mistake, or a file. */
  readonly answer: string
  readonly file: string
  readonly holds: boolean
  /** Why the file could not be judged at all; null when it could. */
  readonly refused: Trouble | null
  /** Counts are runs; `allPairs` is null when the search did not get that far. Null when the file was refused. */
  readonly coverage: (Omit<Coverage, 'allPairs'> & { readonly allPairs: number | null }) | null
  /** A broken guarantee each, the one that takes the fewest faults first. */
  readonly broken: readonly BrokenJson[]
  /** Null when it holds, or could not be judged. */
  readonly diagnosis: DiagnosisJson | null
  /** Real milliseconds: the only field that differs from time to time. */
  readonly realMs: number
}

export interface BrokenJson {
  readonly guarantee: string
  readonly promise: string | null
  readonly outcome: Outcome | null
  /** With numbers, a sentence each. */
  readonly happened: readonly string[]
  /** The smallest plan that was found: as `--plan` takes it, and as a sentence. */
  readonly plan: string
  readonly planSentence: string
  /** The command that runs it again. */
  readonly replay: string
  /** What kept the run from being judged, if that is what is wrong. */
  readonly trouble: Trouble | null
  /** Null for trouble. */
  readonly explanation: Explanation | null
}

export type DiagnosisJson =
  | {
      readonly kind: 'known'
      readonly mistakes: readonly string[]
      readonly explanation: string | null
      readonly hint: string | null
    }
  | { readonly kind: 'unknown'; readonly nearest: readonly Neighbour[] }

export function toCheckJson(exercise: Exercise, report: Report): CheckJson {
  const { answer, file, holds, refused, verdict, diagnosis, explanations, realMs } = report
  return {
    exercise: report.exercise,
    answer,
    file,
    holds,
    refused: refused ?? null,
    coverage:
      verdict === undefined ? null : { ...verdict.coverage, allPairs: verdict.coverage.allPairs ?? null },
    broken: (verdict?.counterexamples ?? []).map(counterexample =>
      toBroken(
        exercise,
        answer,
        counterexample,
        explanations.find(({ guarantee }) => guarantee === counterexample.guarantee),
      ),
    ),
    diagnosis: diagnosis === undefined ? null : toDiagnosis(diagnosis),
    realMs: Math.round(realMs),
  }
}

function toBroken(
  { number }: Exercise,
  answer: string,
  { guarantee, plan, violations, trouble }: Counterexample,
  explanation: Explanation | undefined,
): BrokenJson {
  const own = violations.filter(violation => violation.guarantee === guarantee)
  return {
    guarantee,
    promise: own[0]?.promise ?? null,
    outcome: own[0]?.outcome ?? null,
    happened: trouble === undefined ? own.map(({ message }) => message) : [trouble.sentence],
    plan: writeExercisePlan(plan),
    planSentence: explanation?.planSentence ?? sayPlan(plan),
    replay: replayCommand(number, plan, answer),
    trouble: trouble ?? null,
    explanation: explanation ?? null,
  }
}

function toDiagnosis(diagnosis: NonNullable<Report['diagnosis']>): DiagnosisJson {
  if (diagnosis.kind === 'unknown') return { kind: 'unknown', nearest: diagnosis.nearest }
  return {
    kind: 'known',
    mistakes: diagnosis.mistakes,
    explanation: diagnosis.mistake?.explanation ?? null,
    hint: diagnosis.mistake?.hints[0] ?? null,
  }
}
