/**
 * What must hold of the table and of the answers, whatever fails: judged by what is stored and what was told, never by how.
 */
import { rowsOf } from '#simulator/explore/evidence.ts'
import type { Evidence, Guarantee, Violation } from '#simulator/scenario/scenario.ts'
import { decide } from '../order-commands.ts'
import { SERVICE } from '../order-desk.ts'
import { readAllInOrder, readAsWritten } from './reading.ts'
import { flawsOf, list, type Row, say, unique, versionsOf, violation } from './violations.ts'
import { AHEAD, COMMANDS, CURRENT, DOUBLE_CLICK, type Notes, PLACE_WITH_INVOICE, RACE } from './workload.ts'

/** Whatever can follow from a command, by its id. */
const BATCHES = new Map(COMMANDS.map(command => [command.id, decide(command, [])]))
export function guarantees(notes: Notes): Guarantee[] {
  const judged: readonly [name: string, promise: string, judge: Judge][] = [
    ['batches-are-whole', 'Of the events of one append all are stored, or none.', batchesAreWhole],
    ['one-decision-wins', 'Of two who decide on the same version only one gets through.', oneDecisionWins],
    ['versions-count-up', 'The versions of a stream are 1, 2, 3 …, each of them once.', versionsCountUp],
    ['accepted-is-kept', 'Every command is answered, and what was accepted is stored.', acceptedIsKept],
    [
      'conflicts-are-told',
      'An append throws ExpectedVersionConflictError exactly if the stream is not at the expected version.',
      conflictsAreTold,
    ],
    ['appends-join', 'An append in its caller’s transaction is stored exactly if that commits.', appendsJoin],
    [
      'read-all-in-order',
      'Who follows readAll from position to position gets each event once, in order.',
      readAllInOrder,
    ],
    ['read-as-written', 'What is read is what was written.', readAsWritten],
  ]
  // The first of them reads the table for all.
  let rows: readonly Row[] = []
  return judged.map(([name, promise, judge], index) => ({
    name,
    promise,
    kind: 'eventually',
    judge(evidence) {
      if (index === 0) rows = eventsOf(evidence, notes)
      return unique(judge(rows, notes, evidence))
    },
  }))
}

type Judge = (rows: readonly Row[], notes: Notes, evidence: Evidence) => readonly Violation[]

/** In the order of their positions. */
function eventsOf(evidence: Evidence, notes: Notes): Row[] {
  // Without a store there is no table, and `accepted-is-kept` tells the reason.
  if (notes.startFailure !== undefined) return []
  const columns = ['global_position', 'stream', 'stream_version', 'id', 'type', 'data', 'metadata']
  const rows = rowsOf<Row>(evidence, SERVICE, 'events', columns)
  return rows.sort((a, b) => a.global_position - b.global_position)
}

function batchesAreWhole(rows: readonly Row[]): Violation[] {
  const violations: Violation[] = []
  for (const command of COMMANDS) {
    const batch = BATCHES.get(command.id)!
    const present = batch.filter(({ id }) => rows.some(row => row.id === id))
    const missing = batch.filter(event => !present.includes(event))
    if (present.length > 0 && missing.length > 0)
      violations.push(
        violation(
          'corrupt',
          command.order,
          `${command.order} has ${present.length} of the ${batch.length} events of ${say(command)}: ${list(present)}, and not ${list(missing)}`,
        ),
      )
    for (const { id, type } of batch) {
      const times = rows.filter(row => row.id === id).length
      if (times > 1)
        violations.push(
          violation(
            'doubled',
            command.order,
            `${command.order} has the ${type} of ${say(command)} ${times} times`,
          ),
        )
    }
  }
  return violations
}

function oneDecisionWins(rows: readonly Row[]): Violation[] {
  const types = rows.filter(row => row.stream === 'order-1').map(({ type }) => type)
  const violations: Violation[] = []
  const placed = types.filter(type => type === 'OrderPlaced').length
  if (placed > 1)
    violations.push(
      violation(
        'doubled',
        'order-1',
        `order-1 was placed ${placed} times: both requests of a double click found it missing, and both got through`,
      ),
    )
  if (types.includes('OrderShipped') && types.includes('OrderCancelled'))
    violations.push(
      violation(
        'corrupt',
        'order-1',
        'order-1 was shipped and cancelled: both had read the same version, and both got through',
      ),
    )
  return violations
}

function versionsCountUp(rows: readonly Row[], { appended }: Notes): Violation[] {
  const violations = versionsOf(rows)
  if (violations.length > 0) return violations
  for (const { lastId, next } of appended) {
    const row = rows.find(({ id }) => id === lastId)
    if (row !== undefined && row.stream_version !== next)
      violations.push(
        violation(
          'corrupt',
          row.stream,
          `after ${row.type} ${row.stream} is at version ${row.stream_version}, and appendToStream returned nextExpectedStreamVersion ${next}`,
        ),
      )
  }
  return violations
}

function acceptedIsKept(rows: readonly Row[], { answers, startFailure, flaws }: Notes): Violation[] {
  if (startFailure !== undefined)
    return [{ outcome: 'stuck', message: `the service never starts: ${startFailure}` }]
  const violations: Violation[] = []
  for (const command of COMMANDS) {
    const { id, order } = command
    const status = answers.get(id)
    const batch = BATCHES.get(command.id)!
    const present = batch.filter(event => rows.some(row => row.id === event.id && row.stream === order))
    if (status === undefined || status >= 500) {
      const reason = flaws.find(flaw => flaw.stream === order)?.message
      const why =
        reason !== undefined ? `: ${reason}` : status === 503 ? ': one conflict follows the other' : ''
      violations.push(
        violation('stuck', order, `${say(command)} was tried again and again and never answered${why}`),
      )
    } else if (status === 200 && present.length === 0)
      violations.push(violation('lost', order, `${say(command)} was accepted, and nothing of it is stored`))
    else if (status !== 200 && present.length > 0)
      violations.push(
        violation(
          'phantom',
          order,
          `${say(command)} was refused, and ${list(present)} ${present.length === 1 ? 'is' : 'are'} stored`,
        ),
      )
  }
  for (const [one, other] of [DOUBLE_CLICK, RACE])
    if (answers.get(one!.id) === 409 && answers.get(other!.id) === 409)
      violations.push(
        violation(
          'lost',
          one!.order,
          `${say(one!)} and ${say(other!)} were both refused because of the other`,
        ),
      )
  return violations
}

function conflictsAreTold(_: readonly Row[], { answers, flaws }: Notes): Violation[] {
  const violations = flawsOf(flaws, 'conflict', 'stuck')
  if (answers.get(PLACE_WITH_INVOICE.id) !== 200) return violations
  if (answers.get(AHEAD.id) === 200)
    violations.push(
      violation(
        'corrupt',
        AHEAD.order,
        `an append that expected version ${AHEAD.ifVersion} of ${AHEAD.order} got through, and the order never was at that version`,
      ),
    )
  if (answers.get(CURRENT.id) === 412)
    violations.push(
      violation(
        'stuck',
        CURRENT.order,
        `an append that expected version 3 of ${CURRENT.order} was refused after its first three events`,
      ),
    )
  return violations
}

function appendsJoin(
  rows: readonly Row[],
  { flaws, isAsync, startFailure }: Notes,
  evidence: Evidence,
): Violation[] {
  if (isAsync || startFailure !== undefined) return []
  const violations = flawsOf(flaws, 'join', 'stuck')
  const { order } = PLACE_WITH_INVOICE
  const placed = rows.some(row => row.stream === order && row.type === 'OrderPlaced')
  const invoiced = rowsOf(evidence, SERVICE, 'invoices', ['order_id']).length > 0
  if (placed !== invoiced)
    violations.push(
      placed
        ? violation(
            'phantom',
            order,
            `${order} has events and no invoice: its caller’s transaction was never committed, the append was`,
          )
        : violation(
            'lost',
            order,
            `${order} has an invoice and no events: its caller’s transaction was committed, the append was not`,
          ),
    )
  return violations
}
