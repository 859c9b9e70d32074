/**
 * One cell of a failure table: what all single faults of a family did to an answer, in numbers and in a few words.
 */
import type { Plan } from '#simulator/faults/plan.ts'
import type { BrokenGuarantee } from '#simulator/scenario/judge.ts'
import type { Outcome } from '#simulator/scenario/scenario.ts'
import type { Measurement } from './measure.ts'
import type { Failure } from './survey.ts'

export interface Cell {
  /**
   * right: every plan holds; delayed: it does, but messages waited; unread: it does, but messages are left that nobody
   * commits; broken: some plan breaks a guarantee; trouble: some plan could not be judged; nothing: no such fault can
   * strike this answer; untried: the search ended before.
   */
  readonly kind: 'right' | 'delayed' | 'unread' | 'broken' | 'trouble' | 'nothing' | 'untried'
  /** In a few words: `doubled: sales +2`, `lag 41 s, then right`. */
  readonly text: string
  /** In two or three words, for a narrow column: `doubled 2`, `lag 41 s`. */
  readonly short: string
  /** How many plans of one fault were run, and how many of them broke something. */
  readonly plans: number
  readonly broken: number
  /** How many plans had each outcome; one plan may have several. */
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>
  /** What `text` says, for a cell that is broken: the outcome of most plans, and by how much at worst. */
  readonly outcome?: Outcome
  readonly amount?: number
  /** The longest that a message waited in a plan that holds, in virtual milliseconds. */
  readonly lagMs?: number
  /** The plan that shows it. */
  readonly example?: Example
}

export interface Example {
  readonly plan: Plan
  /** What happens in it, as one clause with numbers. */
  readonly message: string
}

/** A plan with what came of it; `measurement` is there unless it could not be judged. */
export interface Tried {
  readonly plan: Plan
  readonly failure: Failure | undefined
  readonly measurement: Measurement | undefined
}

/** Shorter than this a consumer is just following its log. */
export const FOLLOWING_MS = 1000

export function describeCell(tried: readonly Tried[]): Cell {
  const trouble = tried.find(({ failure }) => failure?.trouble !== undefined)
  const broken = tried.filter(({ failure }) => failure !== undefined).length
  const outcomes = countOutcomes(tried)
  const common = { plans: tried.length, broken, outcomes }
  if (trouble !== undefined) {
    const { code, sentence } = trouble.failure!.trouble!
    const text = TROUBLES[code] ?? 'cannot be judged'
    return {
      ...common,
      kind: 'trouble',
      text,
      short: text,
      example: { plan: trouble.plan, message: sentence },
    }
  }
  if (broken > 0) return { ...common, ...describeBroken(tried, mostFrequent(outcomes)) }
  return { ...common, ...describeHolding(tried) }
}

export const NOTHING_TO_STRIKE: Cell = {
  kind: 'nothing',
  text: 'nothing to strike',
  short: '·',
  plans: 0,
  broken: 0,
  outcomes: {},
}
export const UNTRIED: Cell = { ...NOTHING_TO_STRIKE, kind: 'untried', text: 'not tried', short: 'not tried' }

const TROUBLES: Readonly<Record<string, string>> = {
  'never-settles': 'never ends',
  'endless-loop': 'never ends',
  'waiting-outside': 'never ends',
  'process-ended': 'ends itself',
}

type Description = Pick<Cell, 'kind' | 'text' | 'short' | 'outcome' | 'amount' | 'lagMs' | 'example'>

function describeHolding(tried: readonly Tried[]): Description {
  const left = tried.find(({ measurement }) => unreadIn(measurement) > 0)
  if (left !== undefined) {
    const messages = unreadIn(left.measurement)
    const text = `right, ${messages} unread`
    const { group, topic, partition, offset } = left.measurement!.unread[0]!
    const message = `${group} never commits what it has read from offset ${offset} of ${topic}/${partition} on`
    return { kind: 'unread', text, short: text, amount: messages, example: { plan: left.plan, message } }
  }
  const longest = tried.reduce((worst, next) => (lagOf(next) > lagOf(worst) ? next : worst))
  const lagMs = lagOf(longest)
  if (lagMs < FOLLOWING_MS) return { kind: 'right', text: 'right', short: 'right', lagMs }
  const { group } = longest.measurement!.wait!
  const message = `a message waits ${sayWait(lagMs)} for ${group}, then everything is right`
  return {
    kind: 'delayed',
    text: `lag ${sayWait(lagMs)}, then right`,
    short: `lag ${sayWait(lagMs)}`,
    lagMs,
    example: { plan: longest.plan, message },
  }
}

/** Of the plans with this outcome the one in which it is worst; the first guarantee that has it is the measure. */
function describeBroken(tried: readonly Tried[], outcome: Outcome): Description {
  const having = tried.flatMap(({ plan, failure, measurement }) => {
    const violations = (failure?.violations ?? []).filter(violation => violation.outcome === outcome)
    return violations.length === 0 ? [] : [{ plan, violations, measurement }]
  })
  const { guarantee } = having[0]!.violations[0]!
  const measured = having.flatMap(({ plan, violations, measurement }) => {
    const own = violations.filter(violation => violation.guarantee === guarantee)
    return own.length === 0 ? [] : [{ plan, measurement, ...extentOf(own) }]
  })
  const worst = measured.reduce((worst, next) => (next.amount > worst.amount ? next : worst))
  const { plan, measurement, amount, message } = worst
  const example = { plan, message }
  const place = measurement?.unread[0]
  if (outcome === 'stuck' && place !== undefined) {
    return {
      kind: 'broken',
      outcome,
      amount,
      text: `stuck at offset ${place.offset}`,
      short: `stuck at ${place.offset}`,
      example,
    }
  }
  return {
    kind: 'broken',
    outcome,
    amount,
    text: `${outcome}: ${worst.text}`,
    short: `${outcome} ${worst.short}`,
    example,
  }
}

interface Extent {
  readonly amount: number
  readonly text: string
  readonly short: string
  readonly message: string
}

/** How tallies say that a number is wrong: "sales of chai in 2026-W02 is 7 instead of 5". */
const WRONG_NUMBER = /^(\S+).* is (-?\d+) instead of (-?\d+)/

/** By how much a guarantee is broken: the wrongest of its numbers; what has no number is counted by what it concerns. */
function extentOf(violations: readonly BrokenGuarantee[]): Extent {
  let worst: Extent | undefined
  for (const { message } of violations) {
    const [, what, actual, expected] = WRONG_NUMBER.exec(message) ?? []
    if (what === undefined) continue
    const difference = Number(actual) - Number(expected)
    const amount = Math.abs(difference)
    if (worst !== undefined && amount <= worst.amount) continue
    const sign = difference < 0 ? '−' : '+'
    worst = { amount, text: `${what} ${sign}${amount}`, short: String(amount), message }
  }
  if (worst !== undefined) return worst
  const subjects = new Set(violations.flatMap(violation => violation.subjects ?? []))
  const amount = Math.max(1, subjects.size)
  const text = `${amount} ${nounFor([...subjects], amount)}`
  return { amount, text, short: String(amount), message: violations.map(({ message }) => message).join('; ') }
}

/** `order-1` and `order-2` are orders. */
function nounFor(subjects: readonly string[], count: number): string {
  const nouns = new Set(subjects.map(subject => subject.replace(/-\d+$/, '')))
  const [noun] = nouns
  const isNumbered = nouns.size === 1 && subjects.every(subject => /-\d+$/.test(subject))
  const word = isNumbered ? noun! : 'case'
  return count === 1 ? word : `${word}s`
}

function countOutcomes(tried: readonly Tried[]): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {}
  for (const { failure } of tried)
    for (const outcome of new Set(failure?.violations.map(violation => violation.outcome)))
      counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}

/** The one met first where several are equally frequent. */
function mostFrequent(outcomes: Partial<Record<Outcome, number>>): Outcome {
  const entries = Object.entries(outcomes) as [Outcome, number][]
  return entries.reduce((most, next) => (next[1] > most[1] ? next : most))[0]
}

const unreadIn = (measurement: Measurement | undefined) =>
  (measurement?.unread ?? []).reduce((sum, { messages }) => sum + messages, 0)

const lagOf = ({ measurement }: Tried) => measurement?.wait?.forMs ?? 0

/** `1.6 s`, `41 s`, `24 h`: as exact as a table needs it. */
export function sayWait(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`
  if (seconds < 600) return `${Math.round(seconds)} s`
  return seconds < 36_000 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}
