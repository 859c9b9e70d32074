/**
 * A table at a moment, and what the last change did to it.
 */
import type { TableHistory, TableSnapshot } from '../../worker/protocol.ts'

type Row = TableSnapshot['rows'][number]

export interface ShownRow {
  readonly row: Row
  readonly change: 'new' | 'removed' | undefined
}

/** Which snapshot stands at `seq`; -1 before the first one. */
export function snapshotAt({ snapshots }: TableHistory, seq: number): number {
  let low = 0
  let high = snapshots.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (snapshots[middle]!.seq <= seq) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** The rows of a snapshot; those that it removed or replaced stand at the end. */
export function rowsOf({ snapshots }: TableHistory, index: number): ShownRow[] {
  const now = snapshots[index]
  if (now === undefined) return []
  const before = countRows(snapshots[index - 1]?.rows ?? [])
  const shown = now.rows.map((row): ShownRow => {
    const key = JSON.stringify(row)
    const left = before.get(key)?.count ?? 0
    if (left === 0) return { row, change: index === 0 ? undefined : 'new' }
    before.get(key)!.count--
    return { row, change: undefined }
  })
  const removed = [...before.values()].flatMap(({ row, count }): ShownRow[] =>
    Array.from({ length: count }, () => ({ row, change: 'removed' })),
  )
  return [...shown, ...removed]
}

function countRows(rows: readonly Row[]): Map<string, { row: Row; count: number }> {
  const counts = new Map<string, { row: Row; count: number }>()
  for (const row of rows) {
    const key = JSON.stringify(row)
    const found = counts.get(key)
    if (found === undefined) counts.set(key, { row, count: 1 })
    else found.count++
  }
  return counts
}
