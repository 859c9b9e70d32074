/**
 * The refusals for what better-sqlite3 can do and the simulated database cannot.
 */
import { WorkbenchError } from '#simulator/world/errors.ts'

const INSTEAD: Readonly<Record<string, string>> = {
  loadExtension: 'Write the function in JavaScript and add it with db.function().',
  backup: 'Copy the rows you need with SELECT and INSERT.',
  serialize: 'Read the rows you need with SELECT.',
  unsafeMode: 'Collect the rows with all() before you change them.',
  aggregate:
    'Use a built-in aggregate such as sum() or json_group_array(), or reduce the rows in JavaScript.',
  table: 'Fill an ordinary table, or use json_each() over a parameter.',
  attach: 'Each service has one database; publish events to share its data.',
  detach: 'Each service has one database; publish events to share its data.',
  'vacuum into': 'Copy the rows you need with SELECT and INSERT.',
  'pragma in a transaction': 'Set pragmas before the transaction begins.',
  'or rollback in a transaction': 'Let the statement fail and roll the transaction back in JavaScript.',
}

export function unsupported(what: keyof typeof INSTEAD & string): WorkbenchError {
  return new WorkbenchError(
    'unsupported-sql',
    `${what} of better-sqlite3 is not supported by the simulator.`,
    INSTEAD[what] ?? 'Use ordinary statements.',
  )
}
