/**
 * What must hold of everything that was read.
 */
import type { Violation } from '#simulator/scenario/scenario.ts'
import { decide } from '../order-commands.ts'
import { flawsOf, list, type Row, versionsOf, violation } from './violations.ts'
import { COMMANDS, type Notes } from './workload.ts'

const FIELDS = ['stream', 'type', 'data', 'metadata'] as const
/** What each event was written as, by its id: every field as JSON. */
const WRITTEN = new Map(
  COMMANDS.flatMap(command =>
    decide(command, []).map(event => {
      const written = { ...event, stream: command.order }
      return [event.id, { ...written, json: FIELDS.map(field => canonical(written[field])) }] as const
    }),
  ),
)

export function readAllInOrder(
  rows: readonly Row[],
  { followed, readFailure, reporter, startFailure, whole }: Notes,
): Violation[] {
  if (startFailure !== undefined) return []
  const positions = rows.map(row => row.global_position)
  const repeated = positions.find((position, index) => positions.indexOf(position) < index)
  if (repeated !== undefined) {
    const same = rows.filter(row => row.global_position === repeated)
    return [
      { outcome: 'corrupt', message: `${same.length} events have the position ${repeated}: ${list(same)}` },
    ]
  }
  if (whole === undefined) return [{ outcome: 'stuck', message: `readAll never succeeded: ${readFailure}` }]
  const violations: Violation[] = []
  const readers = [...followed.entries(), [undefined, whole] as const]
  for (const [process, events] of readers) {
    const reader = process === undefined ? 'readAll()' : 'who follows readAll page by page'
    const isThrough = process === undefined || process === reporter
    const seen = events.map(({ globalPosition }) => globalPosition)
    const wrong = seen.findIndex((position, index) => position !== positions[index])
    const [got, due] = [seen[wrong], positions[wrong]]
    if (wrong === -1 && (!isThrough || seen.length === rows.length)) continue
    if (wrong === -1)
      violations.push({
        outcome: 'lost',
        message: `${reader} gets ${seen.length} of the ${rows.length} events`,
      })
    else if (seen.indexOf(got!) < wrong)
      violations.push({ outcome: 'doubled', message: `${reader} gets position ${got} twice` })
    else if (due !== undefined && !seen.includes(due))
      violations.push({
        outcome: 'lost',
        message: `${reader} gets position ${got} and never position ${due}`,
      })
    else
      violations.push({
        outcome: 'reordered',
        message: `${reader} gets the positions ${list(seen)} (should be ${list(positions)})`,
      })
  }
  return violations
}

export function readAsWritten(rows: readonly Row[], { followed, whole = [], flaws }: Notes): Violation[] {
  // Where the table itself is wrong, another guarantee tells it.
  const wrong = versionsOf(rows).flatMap(({ subjects = [] }) => subjects)
  const violations = flawsOf(
    flaws.filter(({ stream }) => !wrong.includes(stream)),
    'read',
    'corrupt',
  )
  for (const read of [...followed.values(), whole].flat()) {
    const event = WRITTEN.get(read.id)
    if (event === undefined) {
      // An entry of the journal gets an id of its own each time.
      if (read.stream !== 'journal')
        violations.push(
          violation('phantom', read.stream, `readAll gave an event that nobody wrote: ${canonical(read)}`),
        )
      continue
    }
    for (const [index, field] of FIELDS.entries()) {
      const [should, is] = [event.json[index]!, canonical(read[field])]
      if (should !== is)
        violations.push(
          violation(
            'corrupt',
            event.stream,
            `${field} of ${event.type} was written as ${short(should)} and is read as ${short(is)}`,
          ),
        )
    }
  }
  return violations
}

function short(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`
}

/** JSON with its keys in order; what has no JSON in words. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? String(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`
}
