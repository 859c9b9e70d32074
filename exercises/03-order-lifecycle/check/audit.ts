/**
 * The audit: every command in every status, on every way that leads there, as a record of earlier years has them.
 *
 * It asks your file what would follow, holds that against the machine, and stores nothing.
 */
import type { Database, Service } from '#simulator/service.ts'
import type { Command, Order, OrderEvent, Placement } from '../contract.ts'
import { type Decider, decideOn, describe } from '../orders.ts'
import { ASKED, compareDecision, type Finding, isSame } from './comparison.ts'
import { eventOf, HISTORIES, type History, INPUT_NAMES, type InputName, stepOf } from './specification.ts'

const PLACEMENT: Placement = {
  orderId: 'order-42',
  customer: { id: 'grace' },
  orderDate: '2024-02-29',
  lines: [
    { productId: 'chai', quantity: 3, unitPriceCents: 333, discountBasisPoints: 0 },
    { productId: 'olives', quantity: 1, unitPriceCents: 1099, discountBasisPoints: 1500 },
  ],
}
const COMMANDS: Readonly<Record<InputName, Command>> = {
  place: { type: 'PlaceOrder', ...PLACEMENT },
  'place-another': { type: 'PlaceOrder', ...PLACEMENT, customer: { id: 'alan' } },
  authorize: { type: 'RecordPayment', outcome: 'authorized' },
  decline: { type: 'RecordPayment', outcome: 'declined' },
  reserve: { type: 'RecordStock', outcome: 'reserved' },
  reject: { type: 'RecordStock', outcome: 'rejected' },
  cancel: { type: 'CancelOrder' },
  ship: { type: 'ShipOrder' },
}
const DAY_MS = 86_400_000
const SCHEMA = 'CREATE TABLE IF NOT EXISTS histories (number INTEGER PRIMARY KEY, events TEXT NOT NULL)'

/** The record: a row for each way through the machine. */
export function recordHistories(db: Database): void {
  db.exec(SCHEMA)
  const events = HISTORIES.map(({ records }) => records.map(record => eventOf(record, PLACEMENT)))
  db.prepare('INSERT INTO histories SELECT key, value FROM json_each(?)').run(JSON.stringify(events))
}

type Report = (about: Finding['about'], outcome: Finding['outcome'], message: string) => void

/** @param done called when there was something to audit, and it has been audited to its end */
export function createAudit(decider: Decider, take: (finding: Finding) => void, done: () => void): Service {
  const report: Report = (about, outcome, message) => take({ about, outcome, message })
  return async ({ db }) => {
    db.exec(SCHEMA)
    const rows = db.prepare<[], { number: number; events: string }>('SELECT * FROM histories').all()
    if (rows.length === 0) return
    const today = rows.map(({ number, events }) => auditHistory(HISTORIES[number]!, events, decider, report))
    // The same events once more tomorrow: they still mean the same.
    setTimeout(() => {
      for (const { number, events } of rows) {
        const again = today[number] === undefined ? undefined : fold(events, decider, () => {})
        if (again === undefined || isSame(today[number], JSON.parse(again.text))) continue
        const message = `${nameOf(HISTORIES[number]!)} the order was ${JSON.stringify(today[number])}, and a day later it is ${again.text}`
        report('state', 'diverged', message)
      }
      done()
    }, DAY_MS)
  }
}

/** @returns the order as JSON has it; undefined when there is nothing to compare it with */
function auditHistory(history: History, events: string, decider: Decider, report: Report): unknown {
  const said = nameOf(history)
  const folded = fold(events, decider, (...[about, outcome, message]) =>
    report(about, outcome, `${said} ${message}`),
  )
  if (folded === undefined) return undefined
  const { order, text } = folded
  if (order.status !== history.status)
    report('state', 'diverged', `${said} the order is ${order.status} instead of ${history.status}`)
  const before = history.records.map(({ type }) => type)
  for (const name of INPUT_NAMES) {
    const question = {
      said: `${said} ${ASKED[name]}`,
      command: COMMANDS[name],
      step: stepOf(history.status, name),
      placement: name === 'place-another' ? { ...PLACEMENT, customer: { id: 'alan' } } : PLACEMENT,
      before,
    }
    const command = structuredClone(COMMANDS[name])
    for (const { about, outcome, message } of compareDecision(question, decideOn(decider, command, order)))
      report(about, outcome, message)
    if (!isSame(command, COMMANDS[name]))
      report('argument', 'diverged', 'decide changes the command that it is given')
    if (textOf(order) === text) continue
    report('argument', 'diverged', 'decide changes the order that it is given')
    return undefined
  }
  return JSON.parse(text)
}

/** @returns the order, and as JSON; undefined when there is none, which has been reported then */
function fold(events: string, { evolve, initialState }: Decider, report: Report) {
  try {
    let order = initialState()
    for (const event of JSON.parse(events) as OrderEvent[]) {
      const before = textOf(order)
      const next = evolve(order, event)
      if (textOf(order) !== before)
        report('argument', 'diverged', `evolve changes the order that it is given (on ${event.type})`)
      order = next
    }
    const text = textOf(order)
    if (typeof order === 'object' && order !== null && text !== undefined) return { order, text }
    report('state', 'corrupt', `evolve makes ${String(order)} of the events, and no order`)
  } catch (error) {
    report('state', 'stuck', `the events cannot be folded any more: ${describe(error)}`)
  }
  return undefined
}

/** Whoever asks for an order gets it as JSON. */
function textOf(order: Order): string | undefined {
  return JSON.stringify(order)
}

function nameOf({ inputs }: History): string {
  return inputs.length === 0 ? 'Of an unknown order:' : `After ${inputs.map(name => ASKED[name]).join(', ')}:`
}
