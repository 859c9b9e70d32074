/**
 * A judgement, reduced to what is remembered between two saves and between two visits.
 */
import { z } from 'zod'
import { failuresOf } from '#simulator/explore/survey-failures.ts'
import type { Judgement } from '../worker/protocol.ts'

const brokenSchema = z.object({
  guarantee: z.string(),
  /** "doubled", "never-settles" */
  outcome: z.string(),
  /** The kinds of the faults it takes; none when it is broken without any. */
  faults: z.array(z.string()),
})

export const summarySchema = z.object({
  /** Hash of what was judged; for what could not be judged, something that differs for another reason. */
  content: z.string(),
  holds: z.boolean(),
  /** Why the file could not be judged. */
  refused: z.string().optional(),
  /** The guarantee that takes the fewest faults first. */
  broken: z.array(brokenSchema),
  /** How many of the single faults break something, of how many that were tried. */
  brokenSingles: z.number(),
  singles: z.number(),
  /** The mistakes it behaves like. */
  mistakes: z.array(z.string()),
  /** The seed and the faults of the first counterexample, as a link has them. */
  plan: z.string().optional(),
  /** The same in words. */
  planSentence: z.string().optional(),
})

export type Summary = z.infer<typeof summarySchema>
export type Broken = z.infer<typeof brokenSchema>

/** @param planQuery the first counterexample's plan, as a link has it */
export function summarise(judgement: Judgement, planQuery: string | undefined): Summary {
  const { holds, refused, verdict, diagnosis, explanations } = judgement
  return {
    content: judgement.content ?? `refused: ${refused?.sentence}`,
    holds,
    ...(refused === undefined ? {} : { refused: refused.sentence }),
    broken: (verdict?.counterexamples ?? []).map(({ guarantee, plan, violations, trouble }) => ({
      guarantee,
      outcome: trouble?.code ?? violations.find(each => each.guarantee === guarantee)?.outcome ?? 'broken',
      faults: plan.faults.map(({ kind }) => kind),
    })),
    brokenSingles:
      verdict === undefined
        ? 0
        : failuresOf(verdict.survey).filter(({ plan }) => plan.faults.length > 0).length,
    singles: verdict?.coverage.singles ?? 0,
    mistakes: diagnosis?.kind === 'known' ? [...diagnosis.mistakes] : [],
    ...(planQuery === undefined ? {} : { plan: planQuery }),
    ...(explanations[0] === undefined ? {} : { planSentence: explanations[0].planSentence }),
  }
}
