/**
 * A plan for an exercise as text that fits in a link and, in single quotes, in a shell: `12?seed=1&fault=…`.
 */

import type { Check } from '#simulator/explore/check.ts'
import type { PlanTargets } from '#simulator/faults/plan.ts'
import { type Plan, parseFault, seedSchema } from '#simulator/faults/plan.ts'
import { firstOf, readNumber, readPairs, refuseUnknownFields, writePairs } from '#simulator/faults/query.ts'
import { writeShortForm } from '#simulator/faults/short-form.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'

const FIELDS = ['seed', 'fault'] as const
const EXERCISE_PLAN = /^(\d{1,2}|\d\d-[a-z0-9-]+)\?/

/** `seed=1&fault=…`, which reads back as the same plan. */
export function writeExercisePlan({ seed, faults }: Plan): string {
  return writePairs([
    ['seed', String(seed)],
    ...faults.map((fault): [string, string] => ['fault', writeShortForm(fault)]),
  ])
}

/** The command that runs this plan against an exercise again. */
export function replayCommand(exercise: string, plan: Plan, answer = 'yours'): string {
  const which = answer === 'yours' ? '' : ` --answer ${shellQuote(answer)}`
  return `npm run check ${exercise} --${which} --plan '${writeExercisePlan(plan)}'`
}

function shellQuote(word: string): string {
  return /^[\w./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** Takes `12?seed=1` apart; undefined when the text does not begin with an exercise. */
export function splitExercisePlan(text: string): { exercise: string; query: string } | undefined {
  const match = EXERCISE_PLAN.exec(text)
  return match === null ? undefined : { exercise: match[1]!, query: text.slice(match[0].length) }
}

/**
 * @param query with or without the exercise in front
 * @throws WorkbenchError `bad-plan` or `bad-fault` naming the nearest valid field, kind or service
 */
export function readExercisePlan(query: string, check: Check): Plan {
  const pairs = readPairs(splitExercisePlan(query)?.query ?? query)
  if (pairs.length === 0) {
    throw new WorkbenchError(
      'bad-plan',
      'The plan is empty.',
      'Give the text that a failing check printed; seed=1 is the run without a fault.',
    )
  }
  refuseUnknownFields(pairs, FIELDS)
  const targets = targetsOf(check)
  return {
    seed: readNumber('seed', firstOf(pairs, 'seed') ?? '1', seedSchema),
    faults: pairs
      .filter(([field]) => field === 'fault')
      .map(([, fault], index) => parseFault(fault, `plan, fault ${index + 1}`, targets)),
  }
}

/** What a plan for the exercise may name: its scenario knows, and to be asked it needs no answer. */
export function targetsOf(check: Check): PlanTargets {
  const { services, parties, topics } = check.scenario(() => ({}))
  return {
    services: services.map(({ name }) => name),
    parties: Object.keys(parties),
    topics: topics.map(({ topic }) => topic),
  }
}
