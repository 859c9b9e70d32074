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

/**
 * "inventory stands still at offset 7 of order.events/0" when the group has left messages of these topics unread; undefined
 * when it has not. A partition of which it never committed anything counts as unread.
 */
export function standstillOf(
  evidence: Pick<Evidence, 'lag' | 'messages'>,
  group: string,
  topics: readonly string[],
): string | undefined {
  const unread = new Map(evidence.lag(group).map(lag => [`${lag.topic}/${lag.partition}`, lag.messages]))
  const places: string[] = []
  for (const topic of topics) {
    const ends = new Map<number, number>()
    for (const { partition, offset } of evidence.messages(topic)) ends.set(partition, offset + 1)
    for (const [partition, end] of ends) {
      const name = `${topic}/${partition}`
      const behind = unread.get(name) ?? end
      if (behind > 0) places.push(`offset ${end - behind} of ${name}`)
    }
  }
  return places.length === 0 ? undefined : `${group} stands still at ${places.join(' and ')}`
}
