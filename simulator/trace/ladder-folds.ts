/**
 * The folding of a ladder: rows in which both runs are alike make room for those in which they are not.
 */
import type { LadderRow, StepRow } from './ladder.ts'

/** Equal rows kept before the runs part, after which they serve to find one's way again, and between two differences. */
const KEPT_BEFORE = 5
const KEPT_AFTER = 2
/** In a long run: rows kept behind a fault, as they show what comes of it, and at the end, as they show what came of it all. */
const KEPT_AFTER_FAULT = 4
const KEPT_AT_END = 4

export function foldRows(rows: readonly StepRow[], maxRows: number): LadderRow[] {
  const parting = rows.findIndex(row => row.isParting)
  const kept = rows.map((row, index) => {
    if (!row.isSame || parting === -1) return true
    if (index < parting) return index >= parting - KEPT_BEFORE || row.left?.isFault === true
    return rows.slice(Math.max(0, index - KEPT_AFTER), index + KEPT_AFTER + 1).some(other => !other.isSame)
  })
  const folded = fold(rows, kept)
  if (folded.length <= maxRows) return folded
  const isNear = (index: number, place: number) => index >= place - 1 && index <= place + KEPT_AFTER_FAULT
  const faults = rows.flatMap((row, index) => (row.left?.isFault === true ? [index] : []))
  const rankOf = (index: number): number => {
    // A lane that ends must be seen to begin again.
    if (index >= rows.length - KEPT_AT_END || rows[index]?.left?.lifeline !== undefined) return 0
    if (parting >= 0 && index >= parting - KEPT_BEFORE && index <= parting + KEPT_AFTER_FAULT) return 1
    return faults.some(fault => isNear(index, fault)) ? 2 : 3
  }
  const ranked = rows
    .map((_, index) => index)
    .filter(index => kept[index])
    .sort((a, b) => rankOf(a) - rankOf(b) || a - b)
  // Folds take rows, too; how many there will be shows only when they are made.
  for (let room = maxRows; ; room--) {
    const chosen = new Set(ranked.slice(0, room))
    const short = fold(
      rows,
      rows.map((_, index) => chosen.has(index)),
    )
    if (short.length <= maxRows || room === 0) return short
  }
}

/** A fold takes a row itself, and hides what was there. */
const WORTH_FOLDING = 3

function fold(rows: readonly StepRow[], kept: readonly boolean[]): LadderRow[] {
  const folded: LadderRow[] = []
  let left: StepRow[] = []
  const flush = () => {
    const isSame = left.every(row => row.isSame)
    const count = (side: 'left' | 'right') => left.filter(row => row[side] !== undefined).length
    if (left.length < WORTH_FOLDING) folded.push(...left)
    else folded.push({ kind: 'fold', left: count('left'), right: count('right'), isSame })
    left = []
  }
  for (const [index, row] of rows.entries()) {
    if (!kept[index]) {
      left.push(row)
      continue
    }
    flush()
    folded.push(row)
  }
  flush()
  return folded
}
