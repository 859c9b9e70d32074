/**
 * The desk: files are compiled, judged in processes of their own, diagnosed and explained.
 */
import { availableParallelism } from 'node:os'
import type { Mistake } from '#simulator/explore/check.ts'
import type { Explanation } from '#simulator/explore/explain.ts'
import { type JudgeOptions, judge, type Verdict } from '#simulator/explore/judge.ts'
import type { Trouble } from '#simulator/explore/run-plan.ts'
import { asTrouble } from '#simulator/explore/run-plan.ts'
import { type Diagnosis, diagnose, signatureOf } from '#simulator/explore/signature.ts'
import { COMES_TO_AN_END } from '#simulator/explore/survey.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { compileSlot } from './compile.ts'
import { type Answer, describeMistake, type Exercise, mistakeOf, ROOT } from './exercise.ts'
import { openPool } from './pool.ts'
import { knownSignatures } from './signatures.ts'

export interface DeskOptions {
  /** How many processes execute plans. Default: one a core, at most four. */
  readonly workers?: number
  /** Real milliseconds that a single step may take before its process is ended. Default 2,000. */
  readonly hardLimitMs?: number
}

/** Everything there is to say about an answer. The same answer gives the same report, but for `realMs`. */
export interface Report {
  readonly exercise: string
  readonly answer: string
  readonly file: string
  readonly holds: boolean
  /** Set when the file could not be judged at all: it cannot be compiled, exports something else. */
  readonly refused?: Trouble
  readonly verdict?: Verdict
  readonly diagnosis?: NamedDiagnosis
  /** One for each counterexample, in the same order. */
  readonly explanations: readonly Explanation[]
  readonly realMs: number
}

export type NamedDiagnosis = Diagnosis & {
  /** What is known of the mistake, when the diagnosis is one. */
  readonly mistake?: Mistake
}

export interface Desk {
  /** Judges an answer: never throws for what the answer does. */
  judge(exercise: Exercise, answer: Answer, options?: JudgeOptions): Promise<Report>
  close(): void
}

export function openDesk({ workers, hardLimitMs = 2000 }: DeskOptions = {}): Desk {
  const pool = openPool(workers ?? Math.min(4, availableParallelism()), hardLimitMs)

  async function judgeAnswer(
    exercise: Exercise,
    answer: Answer,
    options: JudgeOptions,
    startedAt: number,
  ): Promise<Report> {
    const { check } = exercise
    const slot = await compileSlot(answer.file, ROOT, answer.work)
    const executor = await pool.load(exercise.name, slot)
    const verdict = await judge(check, executor, options)
    const explanations: Explanation[] = []
    for (const { plan, guarantee } of verdict.counterexamples) {
      if (guarantee !== COMES_TO_AN_END) explanations.push(await pool.explain({ plan, guarantee }))
    }
    const report = {
      exercise: exercise.name,
      answer: answer.name,
      file: slot.file,
      holds: verdict.holds,
      verdict,
    }
    if (verdict.holds) return { ...report, explanations, realMs: performance.now() - startedAt }
    const diagnosis = diagnose(signatureOf(check, verdict.survey), await knownSignatures(exercise), mistakeOf)
    const mistake =
      diagnosis.kind === 'known' ? await describeMistake(exercise, diagnosis.mistakes[0]!) : undefined
    return {
      ...report,
      diagnosis: { ...diagnosis, ...(mistake === undefined ? {} : { mistake }) },
      explanations,
      realMs: performance.now() - startedAt,
    }
  }

  return {
    async judge(exercise, answer, options = {}) {
      const startedAt = performance.now()
      try {
        return await judgeAnswer(exercise, answer, options, startedAt)
      } catch (error) {
        if (!(error instanceof WorkbenchError)) throw error
        return {
          exercise: exercise.name,
          answer: answer.name,
          file: answer.file.replace(`${ROOT}/`, ''),
          holds: false,
          refused: asTrouble(error),
          explanations: [],
          realMs: performance.now() - startedAt,
        }
      }
    },
    close: () => pool.close(),
  }
}
