/**
 * What all guarantees of the event store need: the rows of the table, and words for what is wrong.
 */
import type { Outcome, Violation } from '#simulator/scenario/scenario.ts'
import type { Command } from '../order-commands.ts'
import type { Flaw } from './observed-store.ts'

/** A row of `events`, as reports read it. */
export interface Row {
  readonly global_position: number
  readonly stream: string
  readonly stream_version: number
  readonly id: string
  readonly type: string
}

/** What is wrong with the versions of the streams. */
export function versionsOf(rows: readonly Row[]): Violation[] {
  const violations: Violation[] = []
  for (const stream of new Set(rows.map(row => row.stream))) {
    const ofStream = rows.filter(row => row.stream === stream)
    const versions = ofStream.map(row => row.stream_version)
    const repeated = versions.find((version, index) => versions.indexOf(version) < index)
    const same = ofStream.filter(row => row.stream_version === repeated)
    if (repeated !== undefined)
      violations.push(
        violation(
          'corrupt',
          stream,
          `${stream} has ${same.length} events with version ${repeated}: ${list(same)}`,
        ),
      )
    else if (versions.some((version, index) => version !== index + 1))
      violations.push(
        violation(
          'corrupt',
          stream,
          `the events of ${stream} have, in the order of their positions, the versions ${list(versions)}`,
        ),
      )
  }
  return violations
}

export function flawsOf(flaws: readonly Flaw[], kind: Flaw['kind'], outcome: Outcome): Violation[] {
  return flaws
    .filter(flaw => flaw.kind === kind)
    .map(({ stream, message }) => violation(outcome, stream, message))
}

export function violation(outcome: Outcome, subject: string, message: string): Violation {
  return { outcome, message, subjects: subject === '' ? [] : [subject] }
}

export function unique(violations: readonly Violation[]): Violation[] {
  const messages = violations.map(({ message }) => message)
  return violations.filter(({ message }, index) => messages.indexOf(message) === index)
}

/** "ShipOrder (ship-1)" */
export function say({ type, id }: Command): string {
  return `${type} (${id})`
}

/** "A, B and C" */
export function list(items: readonly (number | { readonly type: string })[]): string {
  const words = items.map(item => (typeof item === 'number' ? String(item) : item.type))
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
