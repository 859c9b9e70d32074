/**
 * What must hold, with the machine as the judge of decisions and the events as the judge of states.
 */
import { rowsOf } from '#simulator/explore/evidence.ts'
import type { Evidence, Guarantee, PartyEntry, Violation } from '#simulator/scenario/scenario.ts'
import type { Command, Order, Placement, Status } from '../contract.ts'
import type { Decision } from '../orders.ts'
import { ASKED, compareDecision, type Finding, isSame, say } from './comparison.ts'
import { GIFT_WRAPPED, OLD_ORDERS, type OldOrder, ON_ACCOUNT } from './old-orders.ts'
import { inputNameOf, stepOf } from './specification.ts'
import { type Answer, CANCELLED, SHIPPED } from './workload.ts'

/** Outside parties. Nobody has to send them anything. */
export const PARTIES = ['mail', 'psp']

/** What was noted while the run was on. */
export interface Journal {
  readonly decisions: { orderId: string; version: number; command: Command; decision: Decision }[]
  readonly unreadable: { orderId: string; problem: string }[]
  readonly audited: Finding[]
  /** How many audits have come to their end. */
  audits: number
  readonly answers: Answer[]
  /** What the service said of its orders, as JSON. */
  readonly states: { orderId: string; version: number; order: string }[]
}

export function guarantees(journal: Journal): Guarantee[] {
  const { answers, audited } = journal
  let found: readonly Finding[] | undefined
  /** The findings about one thing, from the run and from the audit. */
  const findings = (evidence: Evidence, ...about: Finding['about'][]): Violation[] => {
    found ??= [...followMachine(journal, evidence), ...audited]
    return firstOf(found.filter(finding => about.includes(finding.about)))
  }
  const agree = (name: string, what: string, ...commands: Command['type'][]): Guarantee => ({
    name: `${name}-as-the-machine-says`,
    promise: `decide records, ignores and refuses ${what} as the machine does.`,
    kind: 'eventually',
    judge: evidence => findings(evidence, ...commands),
  })

  return [
    agree('facts-decided', 'what payments and the warehouse know', 'RecordPayment', 'RecordStock'),
    agree('placing-decided', 'orders that are placed', 'PlaceOrder'),
    agree('requests-decided', 'cancelling and shipping', 'CancelOrder', 'ShipOrder'),
    {
      name: 'facts-are-taken',
      promise: 'What payments and the warehouse know is taken, however often and however late they say it.',
      kind: 'eventually',
      judge: () => untaken(answers),
    },
    {
      name: 'orders-reach-their-end',
      promise: `${SHIPPED} is placed, paid and shipped; ${CANCELLED} is cancelled and stays so.`,
      kind: 'eventually',
      judge: () => [...unreached(SHIPPED, 'shipped', answers), ...unreached(CANCELLED, 'cancelled', answers)],
    },
    {
      name: 'events-say-what-happened',
      promise: 'The data of every event is complete and right.',
      kind: 'eventually',
      judge: evidence => findings(evidence, 'data'),
    },
    {
      name: 'events-alone-make-the-state',
      promise: 'The same events always make the same order, in a service that runs as after a restart.',
      kind: 'eventually',
      judge: evidence => [
        ...changedByItself(journal.states),
        ...findings(evidence, 'state'),
        ...(journal.audits === 0 ? unaudited(evidence) : []),
      ],
    },
    {
      name: 'arguments-stay-as-they-are',
      promise: 'decide and evolve change nothing that they are given.',
      kind: 'eventually',
      judge: evidence => findings(evidence, 'argument'),
    },
    readable('old-orders-can-be-read', 'What was allowed once still counts.', ON_ACCOUNT, journal),
    readable(
      'unknown-events-are-passed-over',
      'An event of a type that nobody knows any more changes nothing.',
      GIFT_WRAPPED,
      journal,
    ),
    {
      name: 'nothing-is-done-twice',
      promise: 'Whatever is sent to the outside is sent once.',
      kind: 'eventually',
      judge: evidence => PARTIES.flatMap(party => repeated(party, evidence.ledger(party))),
    },
  ]
}

/** Decisions of the run against the machine, which is asked for the status after the commands that were stored before. */
function followMachine({ decisions }: Journal, evidence: Evidence): Finding[] {
  const stored = rowsOf<{ order_id: string; version: number; type: string; command: string | null }>(
    evidence,
    'orders',
    'events',
    ['order_id', 'version', 'type', 'command'],
  )
  const findings: Finding[] = []
  for (const { orderId, version, command, decision } of decisions) {
    const old = OLD_ORDERS.find(({ placement }) => placement.orderId === orderId)
    const rows = stored.filter(row => row.order_id === orderId && row.version <= version)
    const placement = old?.placement ?? placementOf(orderId, decisions)
    const status = statusAfter(rows.slice(old?.events.length ?? 0), old?.status ?? 'none', placement)
    // Whatever follows a wrong decision would only repeat it.
    if (status === undefined || placement === undefined) continue
    const name = inputNameOf(command, status === 'none' ? undefined : placement)
    const question = {
      said: `${orderId} (${status === 'none' ? 'unknown' : status}): ${ASKED[name]}`,
      command,
      step: stepOf(status, name),
      placement,
      before: rows.map(({ type }) => type),
    }
    findings.push(...compareDecision(question, decision))
  }
  return findings
}

function placementOf(orderId: string, decisions: Journal['decisions']): Placement | undefined {
  const placed = decisions.find(({ orderId: id, command }) => id === orderId && command.type === 'PlaceOrder')
  return placed?.command.type === 'PlaceOrder' ? placed.command : undefined
}

/** @returns undefined when a decision was stored that the machine does not make */
function statusAfter(
  rows: readonly { type: string; command: string | null }[],
  from: Status,
  placement: Placement | undefined,
): Status | undefined {
  let status = from
  for (let index = 0; index < rows.length; ) {
    const command = JSON.parse(rows[index]!.command!) as Command
    const { next, records } = stepOf(status, inputNameOf(command, status === 'none' ? undefined : placement))
    const types = rows.slice(index, index + (records?.length ?? 0)).map(({ type }) => type)
    if (
      records === undefined ||
      records.length === 0 ||
      types.join() !== records.map(({ type }) => type).join()
    ) {
      return undefined
    }
    index += records.length
    status = next
  }
  return status
}

const MOST_FINDINGS = 3

function firstOf(findings: readonly Finding[]): Violation[] {
  const messages = new Map(findings.map(finding => [finding.message, finding]))
  const violations = [...messages.values()].map(({ outcome, message }) => ({ outcome, message }))
  // One of each outcome before others of the same: together they say what sort of mistake it is.
  const telling = violations.filter(
    ({ outcome }, index) => violations.findIndex(other => other.outcome === outcome) === index,
  )
  const others = violations.filter(violation => !telling.includes(violation))
  const shown = [...telling, ...others].slice(0, Math.max(MOST_FINDINGS, telling.length))
  const more = violations.length - shown.length
  return shown.map((violation, index) =>
    more > 0 && index === shown.length - 1
      ? { ...violation, message: `${violation.message} (and ${more} more)` }
      : violation,
  )
}

/** Whoever knows something says it until it is taken. */
function untaken(answers: readonly Answer[]): Violation[] {
  const facts = answers.filter(
    ({ command }) => command?.type === 'RecordPayment' || command?.type === 'RecordStock',
  )
  const taken = new Set(facts.filter(({ status }) => status === 204).map(keyOf))
  const refused = new Map(
    facts.filter(answer => !taken.has(keyOf(answer))).map(answer => [keyOf(answer), answer]),
  )
  return [...refused].map(([key, { orderId, said }]) => {
    const times = facts.filter(answer => keyOf(answer) === key).length
    const message = `${key} was turned away ${times} times, the last time with "${said}"`
    return { outcome: 'stuck', message, subjects: [orderId] }
  })
}

function keyOf({ orderId, command }: Answer): string {
  return `${command?.type} of ${orderId}`
}

function unreached(orderId: string, status: Status, answers: readonly Answer[]): Violation[] {
  const last = lookAt(orderId, answers)
  if (last?.order?.status === status) return []
  const found = last === undefined ? 'not to be had' : (last.order?.status ?? `not to be had (${last.said})`)
  return [
    {
      outcome: status === 'cancelled' && last?.order?.status !== undefined ? 'corrupt' : 'stuck',
      message: `in the end ${orderId} is ${found} instead of ${status}`,
      subjects: [orderId],
    },
  ]
}

/** What somebody who looked at the end got to see. */
function lookAt(
  orderId: string,
  answers: readonly Answer[],
): { order: Partial<Order> | null; said: string } | undefined {
  const looks = answers.filter(answer => answer.orderId === orderId && answer.command === undefined)
  const look = looks.find(({ status }) => status !== 503)
  if (look === undefined) return undefined
  return { order: look.status === 200 ? (JSON.parse(look.said) as Order | null) : null, said: look.said }
}

/** The same order at the same version has to be the same, whoever looks and whenever. */
function changedByItself(states: Journal['states']): Violation[] {
  const known = new Map<string, string>()
  return states.flatMap(({ orderId, version, order }): Violation[] => {
    const first = known.get(`${orderId} ${version}`)
    if (first === undefined) known.set(`${orderId} ${version}`, order)
    if (first === undefined || first === order || isSame(JSON.parse(first), JSON.parse(order))) return []
    const message = `${orderId} after ${version} events: ${differences(JSON.parse(first), JSON.parse(order))}`
    return [{ outcome: 'diverged', message, subjects: [orderId] }]
  })
}

/** An audit that breaks down has found nothing, which is not to say that there is nothing. */
function unaudited(evidence: Evidence): Violation[] {
  if (rowsOf(evidence, 'audit', 'histories', ['number']).length === 0) return []
  return [{ outcome: 'stuck', message: 'the audit broke down over this file before it was through' }]
}

function differences(one: object = {}, other: object = {}): string {
  const before = one as Record<string, unknown>
  const after = other as Record<string, unknown>
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return fields
    .filter(field => !isSame(before[field], after[field]))
    .map(field => `${field} was ${say(before[field])} and is ${say(after[field])}`)
    .join(', ')
}

function readable(
  name: string,
  promise: string,
  { placement, status }: OldOrder,
  { answers, unreadable }: Journal,
): Guarantee {
  const { orderId, lines } = placement
  return {
    name,
    promise,
    kind: 'eventually',
    judge() {
      const look = lookAt(orderId, answers)
      // Nobody looks for it unless the database is old.
      if (look === undefined) return []
      const { order, said } = look
      const wrong = (outcome: Violation['outcome'], message: string) => [
        { outcome, message, subjects: [orderId] },
      ]
      const problem = unreadable.find(({ orderId: id }) => id === orderId)?.problem
      if (problem !== undefined)
        return wrong('stuck', `${orderId} from 2019 cannot be read any more: ${problem}`)
      if (order?.status !== status)
        return wrong(
          'diverged',
          `${orderId} from 2019 is ${order?.status ?? `not to be had (${said})`} instead of ${status}`,
        )
      if (order.lines?.length === lines.length) return []
      return wrong(
        'lost',
        `${orderId} from 2019 has ${order.lines?.length ?? 0} lines instead of ${lines.length}`,
      )
    },
  }
}

function repeated(party: string, ledger: readonly PartyEntry[]): Violation[] {
  const times = new Map<string, number>()
  for (const { action, key } of ledger)
    times.set(`${action} ${key}`, (times.get(`${action} ${key}`) ?? 0) + 1)
  return [...times]
    .filter(([, count]) => count > 1)
    .map(([what, count]) => ({ outcome: 'doubled', message: `${party} got ${count} times: ${what}` }))
}
