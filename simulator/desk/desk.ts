/**
 * The desk: files are compiled, judged in processes of their own, diagnosed and explained.
 */
import { availableParallelism } from 'node:os'
import type { Mistake } from '#simulator/explore/check.ts'
import type { Executor } from '#simulator/explore/executor.ts'
import type { Explanation } from '#simulator/explore/explain.ts'
import { type JudgeOptions, judge, type Verdict } from '#simulator/explore/judge.ts'
import type { Trouble } from '#simulator/explore/run-plan.ts'
import { asTrouble } from '#simulator/explore/run-plan.ts'
import { type Diagnosis, diagnose, signatureOf } from '#simulator/explore/signature.ts'
import { COMES_TO_AN_END } from '#simulator/explore/survey.ts'
import type { Plan } from '#simulator/faults/plan.ts'
import type { BrokenGuarantee } from '#simulator/scenario/judge.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { compileSlot } from './compile.ts'
import { contentOf, hashOf } from './content.ts'
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
  /** Hash of what was judged; undefined when there is no file. */
  readonly content?: string
  readonly holds: boolean
  /** Set when the file could not be judged at all: it cannot be compiled, exports something else. */
  readonly refused?: Trouble
  readonly verdict?: Verdict
  readonly diagnosis?: NamedDiagnosis
  /** One for each counterexample, in the same order; none for a run that ended its process, which nobody can watch. */
  readonly explanations: readonly Explanation[]
  readonly realMs: number
}

export type NamedDiagnosis = Diagnosis & {
  /** What is known of the mistake, when the diagnosis is one. */
  readonly mistake?: Mistake
}

/** One plan that a person gave, and what an answer made of it. */
export interface Replay {
  readonly exercise: string
  readonly answer: string
  readonly file: string
  readonly plan: Plan
  readonly holds: boolean
  readonly refused?: Trouble
  readonly violations: readonly BrokenGuarantee[]
  readonly trouble?: Trouble
  /** Missing when the run could not be judged. */
  readonly explanation?: Explanation
  readonly realMs: number
}

export interface DeskJudgeOptions extends JudgeOptions {
  /** Ends the judging between two runs: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal
  /** False: counterexamples are left unexplained, which saves running each of them twice more. Default true. */
  readonly explains?: boolean
}

export interface Desk {
  /** Judges an answer: never throws for what the answer does. */
  judge(exercise: Exercise, answer: Answer, options?: DeskJudgeOptions): Promise<Report>
  /**
   * Runs exactly this plan against the answer.
   * @throws WorkbenchError `unknown-site` or `misplaced-fault` when the plan names a site that the run never comes by
   */
  replay(exercise: Exercise, answer: Answer, plan: Plan): Promise<Replay>
  close(): void
}

export function openDesk({ workers, hardLimitMs = 2000 }: DeskOptions = {}): Desk {
  const pool = openPool(workers ?? Math.min(4, availableParallelism()), hardLimitMs)

  async function judgeAnswer(
    exercise: Exercise,
    answer: Answer,
    { signal, explains = true, ...options }: DeskJudgeOptions,
    startedAt: number,
  ): Promise<Report> {
    const { check } = exercise
    const slot = await compileSlot(answer.file, ROOT)
    const executor = await pool.load(exercise.name, slot)
    const verdict = await judge(check, signal === undefined ? executor : endable(executor, signal), options)
    const explanations: Explanation[] = []
    for (const { plan, guarantee, trouble } of explains ? verdict.counterexamples : []) {
      const explanation = await explain(plan, guarantee, trouble)
      if (explanation !== undefined) explanations.push(explanation)
    }
    const report = {
      exercise: exercise.name,
      answer: answer.name,
      file: slot.file,
      content: hashOf(slot),
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

  /** Watching a run is an extra: if that fails, the verdict stands all the same. */
  async function explain(plan: Plan, guarantee: string, trouble: Trouble | undefined) {
    if (trouble !== undefined && ENDS_ITS_PROCESS.has(trouble.code)) return undefined
    try {
      return await pool.explain({ plan, guarantee })
    } catch (error) {
      if (error instanceof WorkbenchError) return undefined
      throw error
    }
  }

  async function replayPlan(exercise: Exercise, answer: Answer, plan: Plan) {
    const slot = await compileSlot(answer.file, ROOT)
    await pool.load(exercise.name, slot)
    const { violations, trouble } = await pool.replay(plan)
    if (trouble !== undefined) {
      if (ABOUT_THE_PLAN.has(trouble.code))
        throw new PlanRefused(new WorkbenchError(trouble.code, trouble.sentence, trouble.next))
      return withExplanation(
        { holds: false, violations, trouble },
        await explain(plan, COMES_TO_AN_END, trouble),
      )
    }
    const holds = violations.length === 0
    const explanation = await explain(plan, violations[0]?.guarantee ?? EVERYTHING, undefined)
    return withExplanation(
      { holds, violations },
      holds && explanation !== undefined ? asHolding(explanation) : explanation,
    )
  }

  return {
    async judge(exercise, answer, options = {}) {
      const startedAt = performance.now()
      try {
        return await judgeAnswer(exercise, answer, options, startedAt)
      } catch (error) {
        if (!(error instanceof WorkbenchError)) throw error
        const content = await contentOf(answer)
        return {
          exercise: exercise.name,
          answer: answer.name,
          file: nameOf(answer),
          ...(content === undefined ? {} : { content }),
          holds: false,
          refused: asTrouble(error),
          explanations: [],
          realMs: performance.now() - startedAt,
        }
      }
    },
    async replay(exercise, answer, plan) {
      const startedAt = performance.now()
      const about = { exercise: exercise.name, answer: answer.name, file: nameOf(answer), plan }
      try {
        const result = await replayPlan(exercise, answer, plan)
        return { ...about, ...result, realMs: performance.now() - startedAt }
      } catch (error) {
        if (error instanceof PlanRefused) throw error.reason
        if (!(error instanceof WorkbenchError)) throw error
        const realMs = performance.now() - startedAt
        return { ...about, holds: false, refused: asTrouble(error), violations: [], realMs }
      }
    },
    close: () => pool.close(),
  }
}

/** Trouble that is the plan's, not the answer's. */
const ABOUT_THE_PLAN = new Set(['unknown-site', 'misplaced-fault', 'bad-plan'])

/** Tells what is wrong with the plan from what is wrong with the file. */
class PlanRefused extends Error {
  constructor(readonly reason: WorkbenchError) {
    super(reason.message)
  }
}

/** Trouble of runs that would end whoever watches them, too. */
const ENDS_ITS_PROCESS = new Set(['endless-loop', 'process-ended'])

function withExplanation<T extends object>(result: T, explanation: Explanation | undefined) {
  return explanation === undefined ? result : { ...result, explanation }
}

const EVERYTHING = 'every guarantee'

/** An explanation speaks of a failure; here is none, and both runs of the picture end well. */
function asHolding(explanation: Explanation): Explanation {
  const { left, right } = explanation.ladder
  const end = { holds: true, result: `${EVERYTHING} holds` }
  return {
    ...explanation,
    ladder: {
      ...explanation.ladder,
      left: { ...left, ...end },
      ...(right === undefined ? {} : { right: { ...right, ...end } }),
    },
  }
}

/** What a person calls the file: its path from the repository's root. */
function nameOf({ file }: Answer): string {
  return file.replace(`${ROOT}/`, '')
}

function endable(executor: Executor, signal: AbortSignal): Executor {
  return {
    async *run(plans, wantsSites) {
      for await (const report of executor.run(plans, wantsSites)) {
        signal.throwIfAborted()
        yield report
      }
    },
  }
}
