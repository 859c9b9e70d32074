/**
 * What two runs have in common: a plan that differs in one fault leaves everything before it as it was.
 */
import type { TraceRecord } from '#simulator/world/runtime.ts'

/** How many records two runs begin with alike. */
export function commonPrefix(left: readonly TraceRecord[], right: readonly TraceRecord[]): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) if (!isSame(left[index]!, right[index]!)) return index
  return length
}

function isSame(left: TraceRecord, right: TraceRecord): boolean {
  if (left === right) return true
  if (left.t !== right.t || left.kind !== right.kind || left.process !== right.process) return false
  return JSON.stringify(left) === JSON.stringify(right)
}
