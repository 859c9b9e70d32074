/**
 * What guarantees ask of a run again and again: the rows of a table, where a consumer stands still.
 */
import type { Evidence } from '#simulator/scenario/scenario.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'

/**
 * The rows of a table or view, with these columns.
 * @throws WorkbenchError `missing-table` when there is none
 */
export function rowsOf<Row>(
  evidence: Pick<Evidence, 'database'>,
  database: string,
  table: string,
  columns: readonly string[],
): Row[] {
  const list = columns.join(', ')
  let rows: unknown[]
  try {
    rows = evidence.database(database).prepare(`SELECT ${list} FROM ${table}`).all()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new WorkbenchError(
      'missing-table',
      `The table ${table} (${list}) cannot be read at the end of the run: ${reason}.`,
      'Create it when the service starts; a view with these columns will do as well.',
    )
  }
  return rows as Row[]
}

/** "inventory stands still at offset 7 of order.events/0" when the group has left messages unread; undefined when it has not. */
export function standstillOf(
  evidence: Pick<Evidence, 'lag' | 'messages'>,
  group: string,
): string | undefined {
  const behind = evidence.lag(group).filter(({ messages }) => messages > 0)
  if (behind.length === 0) return undefined
  const places = behind.map(({ topic, partition, messages }) => {
    const end = [...evidence.messages(topic)].filter(message => message.partition === partition).length
    return `offset ${end - messages} of ${topic}/${partition}`
  })
  return `${group} stands still at ${places.join(' and ')}`
}
