/**
 * A decision held against what the machine says, in sentences.
 */
import type { Command, OrderEvent, Placement } from '../contract.ts'
import type { Decision } from '../orders.ts'
import { eventOf, type InputName, type Step } from './specification.ts'

export interface Finding {
  /** What is wrong: the decision on a command, what an event says, the state, or an argument that was changed. */
  readonly about: Command['type'] | 'data' | 'state' | 'argument'
  readonly outcome: 'lost' | 'doubled' | 'stuck' | 'phantom' | 'reordered' | 'corrupt' | 'diverged'
  readonly message: string
}

export interface Question {
  /** How a person would say what was asked: "order-1001, which is paid, is asked to authorize". */
  readonly said: string
  readonly command: Command
  readonly step: Step
  readonly placement: Placement
  /** The types of the events there are already. */
  readonly before: readonly string[]
}

/** The words for a command in a sentence about it. */
export const ASKED: Readonly<Record<InputName, string>> = {
  place: 'PlaceOrder',
  'place-another': 'PlaceOrder with other contents',
  authorize: 'RecordPayment authorized',
  decline: 'RecordPayment declined',
  reserve: 'RecordStock reserved',
  reject: 'RecordStock rejected',
  cancel: 'CancelOrder',
  ship: 'ShipOrder',
}

export function compareDecision(
  { said, command, step, placement, before }: Question,
  decision: Decision,
): Finding[] {
  const wrong = (outcome: Finding['outcome'], message: string): Finding[] => [
    { about: command.type, outcome, message: `${said} ${message}` },
  ]
  if ('failed' in decision) {
    const expected =
      step.records === undefined ? 'is to be refused with an error called Refused' : 'can be answered'
    return wrong('corrupt', `${expected}, but ${decision.failed}`)
  }
  const { records } = step
  const given = 'events' in decision ? decision.events.map(event => String(event?.type)) : undefined
  if (records === undefined) {
    if (given === undefined) return []
    if (given.length > 0) return wrong('phantom', `is to be refused, but decide records ${given.join(', ')}`)
    return wrong('lost', 'is to be refused, but decide passes over it: whoever asked takes it for done')
  }
  if (records.length === 0) {
    if (given === undefined)
      return wrong('stuck', `is to be ignored, but decide refuses it: whoever sent it will send it for ever`)
    if (given.length === 0) return []
    const outcome = given.some(type => before.includes(type)) ? 'doubled' : 'phantom'
    return wrong(outcome, `is to be ignored, but decide records ${given.join(', ')}`)
  }
  const expected = records.map(({ type }) => type as string)
  const list = expected.join(', ')
  if (given === undefined) return wrong('lost', `is to record ${list}, but decide refuses it`)
  if (given.join() === expected.join())
    return records.flatMap((record, index) =>
      compareData(said, eventOf(record, placement), (decision as { events: OrderEvent[] }).events[index]!),
    )
  const found = given.length === 0 ? 'nothing' : given.join(', ')
  const outcome = expected.some(type => !given.includes(type))
    ? 'lost'
    : given.length > expected.length
      ? 'phantom'
      : 'reordered'
  return wrong(outcome, `is to record ${list}, but decide records ${found}`)
}

/** What an event says besides is its author's affair. */
function compareData(said: string, expected: OrderEvent, actual: OrderEvent): Finding[] {
  const data = roundTrip(actual.data) as Record<string, unknown> | null | undefined
  return Object.entries(expected.data).flatMap(([field, value]): Finding[] => {
    const found = data?.[field]
    if (includes(found, value)) return []
    const message = `${said}: in ${expected.type} ${field} is ${say(found)} instead of ${say(value)}`
    return [{ about: 'data', outcome: 'corrupt', message }]
  })
}

/** Whether `actual` has everything that is expected of it, whatever else it has. */
function includes(actual: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return actual === expected
  if (typeof actual !== 'object' || actual === null) return false
  if (Array.isArray(expected) && (!Array.isArray(actual) || actual.length !== expected.length)) return false
  return Object.entries(expected).every(([key, value]) =>
    includes((actual as Record<string, unknown>)[key], value),
  )
}

/** Whether two JSON values say the same, in whatever order. */
export function isSame(one: unknown, other: unknown): boolean {
  return includes(one, other) && includes(other, one)
}

/** What JSON leaves of it. */
function roundTrip(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

export function say(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
