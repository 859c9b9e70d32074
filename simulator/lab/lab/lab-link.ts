/**
 * A run of the lab as a link: `/lab/shop?orders=12&seed=1&fault=…&at=120`. What stands there determines everything that is shown.
 */

import { z } from 'zod'
import { type Plan, type PlanTargets, parseFault, seedSchema } from '#simulator/faults/plan.ts'
import {
  firstOf,
  type Pair,
  readNumber,
  readPairs,
  refuseUnknownFields,
  writePairs,
} from '#simulator/faults/query.ts'
import { writeShortForm } from '#simulator/faults/short-form.ts'
import { DEFAULT_ORDERS, ordersSchema } from '#simulator/shop/run-spec.ts'
import { SHOP_TARGETS } from '#simulator/shop/targets.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Place } from '../shell/location.ts'
import type { ScenarioRef } from '../worker/protocol.ts'

export interface LabLink {
  readonly scenario: ScenarioRef
  readonly plan: Plan
  /** The record that is shown, by its `seq`; 0 for the beginning, undefined for the end. */
  readonly at?: number
  /** The order or other subject that the story and the sequence diagram are about. */
  readonly subject?: string
  /** A plan to compare with; each of its faults stands in a field `than`. */
  readonly comparedWith?: Plan
}

export const RUSH_MESSAGES = 10_000
/** More orders than a page can hold in memory with its whole trace. */
const MAX_ORDERS = 1000
const MAX_MESSAGES = 20_000
const RUSH_TARGETS: PlanTargets = { services: ['front', 'sales'], parties: [], topics: ['sales.events'] }
const FIELDS = ['orders', 'messages', 'seed', 'fault', 'at', 'subject', 'than', 'than-seed'] as const

const wholeNumber = (max: number) =>
  z
    .number({ error: `should be a whole number from 0 to ${max}` })
    .int(`should be a whole number from 0 to ${max}`)
    .min(0, `should be a whole number from 0 to ${max}`)
    .max(max, `should be a whole number from 0 to ${max}`)

/**
 * Services that a plan for an exercise names are looked at by the worker, which knows the exercise.
 * @throws WorkbenchError that says what is wrong with the link
 */
export function readLabLink({ path, query }: Place): LabLink {
  const [, place, first = 'shop', second] = path.split('/')
  if (place !== 'lab')
    throw new WorkbenchError('bad-link', `${path} is no place in the lab.`, 'Begin at #/lab/shop.')
  const pairs = readPairs(query)
  refuseUnknownFields(pairs, FIELDS)
  const scenario = readScenario(first, second, pairs)
  const targets = targetsFor(scenario)
  const plan = readPlan(pairs, 'seed', 'fault', targets)
  const at = firstOf(pairs, 'at')
  const subject = firstOf(pairs, 'subject')
  const isCompared = pairs.some(([name]) => name === 'than' || name === 'than-seed')
  return {
    scenario,
    plan,
    ...(at === undefined ? {} : { at: readNumber('at', at, wholeNumber(100_000_000)) }),
    ...(subject === undefined ? {} : { subject }),
    ...(isCompared ? { comparedWith: readPlan(pairs, 'than-seed', 'than', targets) } : {}),
  }
}

export function writeLabLink({ scenario, plan, at, subject, comparedWith }: LabLink): Place {
  const pairs: Pair[] = [...planPairs(plan, 'seed', 'fault')]
  if (scenario.kind === 'shop') pairs.unshift(['orders', String(scenario.orders)])
  if (scenario.kind === 'rush') pairs.unshift(['messages', String(scenario.messages)])
  if (at !== undefined) pairs.push(['at', String(at)])
  if (subject !== undefined) pairs.push(['subject', subject])
  if (comparedWith !== undefined) pairs.push(...planPairs(comparedWith, 'than-seed', 'than'))
  const path =
    scenario.kind === 'exercise' ? `/lab/${scenario.exercise}/${scenario.answer}` : `/lab/${scenario.kind}`
  return { path, query: writePairs(pairs) }
}

function planPairs({ seed, faults }: Plan, seedName: string, faultName: string): Pair[] {
  return [[seedName, String(seed)], ...faults.map((fault): Pair => [faultName, writeShortForm(fault)])]
}

function readPlan(
  pairs: readonly Pair[],
  seedName: string,
  faultName: string,
  targets: PlanTargets | undefined,
): Plan {
  return {
    seed: readNumber(seedName, firstOf(pairs, seedName) ?? '1', seedSchema),
    faults: pairs
      .filter(([name]) => name === faultName)
      .map(([, fault], index) => parseFault(fault, `link, fault ${index + 1}`, targets)),
  }
}

function readScenario(first: string, second: string | undefined, pairs: readonly Pair[]): ScenarioRef {
  if (first === 'shop') {
    const orders = readNumber('orders', firstOf(pairs, 'orders') ?? String(DEFAULT_ORDERS), ordersSchema)
    if (orders > MAX_ORDERS) {
      throw new WorkbenchError(
        'bad-link',
        `${orders} orders are too many for the page.`,
        `Up to ${MAX_ORDERS} it can show; npm run sim takes more.`,
      )
    }
    return { kind: 'shop', orders }
  }
  if (first === 'rush') {
    const given = firstOf(pairs, 'messages') ?? String(RUSH_MESSAGES)
    return { kind: 'rush', messages: readNumber('messages', given, wholeNumber(MAX_MESSAGES)) }
  }
  if (!/^\d\d-[a-z0-9-]+$/.test(first)) {
    throw new WorkbenchError(
      'bad-link',
      `There is no scenario "${first.slice(0, 40)}".`,
      'Choose shop, rush or an exercise such as 12-idempotent-consumer.',
    )
  }
  const answer = second ?? 'yours'
  if (!/^[a-z0-9~-]+$/.test(answer)) {
    throw new WorkbenchError(
      'bad-link',
      `"${answer.slice(0, 40)}" is no answer.`,
      'Choose yours, starter or solution.',
    )
  }
  return { kind: 'exercise', exercise: first, answer }
}

function targetsFor({ kind }: ScenarioRef): PlanTargets | undefined {
  if (kind === 'shop') return SHOP_TARGETS
  return kind === 'rush' ? RUSH_TARGETS : undefined
}
