/**
 * Two lists side by side: what both have in common stands on one row (longest common subsequence).
 */
export interface Aligned<T> {
  readonly left?: T
  readonly right?: T
}

/** Only what lies between the common beginning and the common end is compared in full, which is little in two runs of one scenario. */
export function align<T>(left: readonly T[], right: readonly T[], keyOf: (item: T) => string): Aligned<T>[] {
  const a = left.map(keyOf)
  const b = right.map(keyOf)
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++
  const aEnd = a.length - end
  const bEnd = b.length - end

  /** The length of the longest common subsequence of what begins at i and j. */
  const lengths = Array.from({ length: aEnd - start + 1 }, () => new Uint32Array(bEnd - start + 1))
  for (let i = aEnd - 1; i >= start; i--) {
    const row = lengths[i - start]!
    const below = lengths[i - start + 1]!
    for (let j = bEnd - 1; j >= start; j--) {
      row[j - start] =
        a[i] === b[j] ? below[j - start + 1]! + 1 : Math.max(below[j - start]!, row[j - start + 1]!)
    }
  }

  const rows: Aligned<T>[] = []
  for (let i = 0; i < start; i++) rows.push({ left: left[i]!, right: right[i]! })
  let i = start
  let j = start
  while (i < aEnd || j < bEnd) {
    if (i < aEnd && j < bEnd && a[i] === b[j]) rows.push({ left: left[i++]!, right: right[j++]! })
    else if (
      j >= bEnd ||
      (i < aEnd && lengths[i - start + 1]![j - start]! >= lengths[i - start]![j - start + 1]!)
    )
      rows.push({ left: left[i++]! })
    else rows.push({ right: right[j++]! })
  }
  for (; i < a.length; i++, j++) rows.push({ left: left[i]!, right: right[j]! })
  return rows
}
