/**
 * The failure table of the order flow: what each failure mode does, measured beside the run in which nothing fails.
 */
import { sayPlan } from '#simulator/explore/say-plan.ts'
import { findFaultKind } from '#simulator/faults/catalogue.ts'
import { parseFault } from '#simulator/faults/plan.ts'
import type { BrokenGuarantee } from '#simulator/scenario/judge.ts'
import type { Outcome } from '#simulator/scenario/scenario.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import type { FailureMode } from './failure-modes.ts'
import { CAUSES, type Cause, NOTES, type Note } from './failure-notes.ts'
import { DEFAULT_ORDERS, writeRunSpec } from './run-spec.ts'
import type { Signs } from './signs.ts'
import type { ShopSummary } from './summary.ts'
import { SHOP_TARGETS } from './targets.ts'

/** What a row is made of: a run of the shop under one failure mode. */
export interface FlowRun {
  readonly violations: readonly BrokenGuarantee[]
  readonly trouble: { readonly sentence: string } | undefined
  /** How many guarantees were judged. */
  readonly guarantees: number
  readonly signs?: Signs
  /** Undefined when the run was in trouble. */
  readonly summary: ShopSummary | undefined
}

export interface FlowTable {
  readonly orders: number
  readonly rows: readonly FlowRow[]
}

/** A row of the table. Likelihood, severity and residual risk are not in it: no run can tell. */
export interface FlowRow {
  /** From 0, the run in which nothing fails. */
  readonly number: number
  readonly title: string
  /** The proving plan, as `npm run replay` takes it. */
  readonly plan: string
  /** The plan in words. */
  readonly schedule: string
  /** The plan destroys data that was acknowledged, so that a guarantee has to break: the loss is noticed. */
  readonly destroysData: boolean
  readonly measured: Measured
  readonly catalogue: FromCatalogue
  /** What a person knows and wrote down; absent where nothing fails. */
  readonly note?: Note
}

/** Everything in here is counted in the run. */
export interface Measured {
  /** One entry a broken guarantee; none when all hold. */
  readonly broken: readonly { guarantee: string; outcome: Outcome; message: string }[]
  readonly guarantees: number
  /** Set when the run could not be judged. */
  readonly trouble?: string
  /** Consumer groups that were behind for a second or more longer than without the fault. */
  readonly lag: readonly { group: string; messages: number; ageMs: number }[]
  /** Read models that were wrong for a second or more longer than without the fault, or are so at the end. */
  readonly drift: readonly { model: string; forMs: number; rowsAtEnd: number }[]
  /** What monitoring would have counted, without what it counts on the happy path. */
  readonly signs: readonly { sign: string; count: number }[]
  readonly orders: { kept: number; lost: number; undecided: number }
  readonly money: { charged: number; chargedAgain: number; refunded: number; refundedAgain: number }
  readonly mail: { sent: number; sentAgain: number; missing: number }
  readonly stock: { negative: number }
  /** What the revenue report says at the end, and what it says when nothing fails. */
  readonly revenueCents: number
  readonly usualRevenueCents: number
  /** How much later than without the fault the last order was confirmed or cancelled; 0 when it was not. */
  readonly decidedLaterMs: number
}

/** What the fault catalogue says about the kinds of fault in the plan. */
export interface FromCatalogue {
  readonly causes: readonly Cause[]
  /** Whether a consumer's lag shows such a fault in general. */
  readonly shownByLag: readonly ('yes' | 'no' | 'late')[]
  readonly signals: readonly string[]
}

/** Shorter than this a consumer is just following its log. */
const FOLLOWING_MS = 1000
/** With the reference services every guarantee holds, except where acknowledged data was destroyed: there the loss must be noticed. */
export function isAsPromised({ measured, destroysData }: FlowRow): boolean {
  return measured.trouble === undefined && measured.broken.length > 0 === destroysData
}

export function faultsOf({ faults, title }: FailureMode): Fault[] {
  return faults.map(text => parseFault(text, title, SHOP_TARGETS))
}

/** @param usual the run in which nothing fails */
export function createFlowRow(number: number, mode: FailureMode, result: FlowRun, usual: FlowRun): FlowRow {
  const faults = faultsOf(mode)
  const kinds = [...new Set(faults.map(({ kind }) => kind))].map(kind => findFaultKind(kind)!)
  const note = NOTES[mode.title]
  return {
    number,
    title: mode.title,
    plan: writeRunSpec({ plan: { seed: 1, faults }, orders: DEFAULT_ORDERS }),
    schedule: sayPlan({ faults }),
    destroysData: kinds.some(({ destroysData }) => destroysData === true),
    measured: measure(result, usual),
    catalogue: {
      causes: [...new Set(kinds.map(({ kind }) => CAUSES[kind]!))],
      shownByLag: [...new Set(kinds.map(({ shownByLag }) => shownByLag))],
      signals: kinds.map(({ signal }) => signal),
    },
    ...(note === undefined ? {} : { note }),
  }
}

function measure(result: FlowRun, usual: FlowRun): Measured {
  const { summary, trouble, violations, guarantees } = result
  const broken = [...new Set(violations.map(({ guarantee }) => guarantee))].map(name => {
    const { guarantee, outcome, message } = violations.find(violation => violation.guarantee === name)!
    return { guarantee, outcome, message }
  })
  const before = usual.summary!
  const after = summary ?? before
  return {
    broken,
    guarantees,
    ...(trouble === undefined ? {} : { trouble: trouble.sentence }),
    lag: lagOf(after, before),
    drift: driftOf(after, before),
    signs: signsOf(result.signs, usual.signs!),
    orders: {
      kept: after.orders.accepted - after.orders.lost,
      lost: after.orders.lost,
      undecided: after.orders.open,
    },
    money: {
      charged: after.money.charged,
      chargedAgain: after.money.chargedAgain,
      refunded: after.money.refunded,
      refundedAgain: after.money.refundedAgain,
    },
    mail: after.mail,
    stock: after.stock,
    revenueCents: after.revenueCents,
    usualRevenueCents: before.revenueCents,
    decidedLaterMs: laterThan(result.signs?.lastDecidedMs ?? 0, usual.signs!.lastDecidedMs),
  }
}

function lagOf({ lag }: ShopSummary, before: ShopSummary): Measured['lag'] {
  return lag
    .filter(({ group, worstAgeMs }) => {
      const usually = before.lag.find(other => other.group === group)?.worstAgeMs ?? 0
      return laterThan(worstAgeMs, usually) > 0
    })
    .map(({ group, worstMessages, worstAgeMs }) => ({ group, messages: worstMessages, ageMs: worstAgeMs }))
    .sort((left, right) => right.ageMs - left.ageMs)
}

function driftOf({ readModels }: ShopSummary, before: ShopSummary): Measured['drift'] {
  return readModels
    .filter(({ model, longestWrongMs, wrongRows }) => {
      const usually = before.readModels.find(other => other.model === model)?.longestWrongMs ?? 0
      return wrongRows > 0 || laterThan(longestWrongMs, usually) > 0
    })
    .map(({ model, longestWrongMs, wrongRows }) => ({ model, forMs: longestWrongMs, rowsAtEnd: wrongRows }))
}

const SIGNS: readonly (readonly [key: Exclude<keyof Signs, 'lastDecidedMs'>, one: string, many: string])[] = [
  ['restarts', 'restart', 'restarts'],
  ['deadLetters', 'dead letter', 'dead letters'],
  ['handlerErrors', 'handler error', 'handler errors'],
  ['databaseErrors', 'database error', 'database errors'],
  ['failedRequests', 'failed request', 'failed requests'],
  ['rebalances', 'rebalance', 'rebalances'],
  ['clientLog', 'KafkaJS warning', 'KafkaJS warnings'],
]

function signsOf(seen: Signs | undefined, usual: Signs): Measured['signs'] {
  if (seen === undefined) return []
  return SIGNS.flatMap(([key, one, many]) => {
    const count = seen[key] - usual[key]
    return count > 0 ? [{ sign: count === 1 ? one : many, count }] : []
  })
}

/** By how much, if that is more than following takes. */
function laterThan(value: number, usual: number): number {
  return value - usual >= FOLLOWING_MS ? value - usual : 0
}
