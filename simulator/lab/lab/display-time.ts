/**
 * Display time: virtual time with its idle gaps folded, so that a run of days can be played and drawn without its nights.
 */

export interface IdleGap {
  /** Virtual time of the record before the gap, and of the one behind it. */
  readonly fromMs: number
  readonly toMs: number
  /** Where the gap begins in display time; there it lasts `FOLDED_MS`. */
  readonly atDisplay: number
}

export interface DisplayTime {
  toDisplay(ms: number): number
  toVirtual(display: number): number
  readonly durationMs: number
  readonly folds: readonly IdleGap[]
}

/** Virtual milliseconds without a record from which on a gap is folded. */
export const IDLE_MS = 1500
/** What is left of a folded gap. */
export const FOLDED_MS = 500

/** @param records in order of time, as a trace has them */
export function createDisplayTime(records: readonly { readonly t: number }[]): DisplayTime {
  const folds: IdleGap[] = []
  let before = 0
  let foldedAway = 0
  for (const { t } of records) {
    if (t - before > IDLE_MS) {
      folds.push({ fromMs: before, toMs: t, atDisplay: before - foldedAway })
      foldedAway += t - before - FOLDED_MS
    }
    before = Math.max(before, t)
  }
  const durationMs = before - foldedAway

  return {
    durationMs,
    folds,
    toDisplay(ms) {
      const fold = lastOf(folds, ({ fromMs }) => fromMs <= ms)
      if (fold === undefined) return clamp(ms, durationMs)
      return clamp(fold.atDisplay + alongFold(fold, ms), durationMs)
    },
    toVirtual(display) {
      const at = clamp(display, durationMs)
      const fold = lastOf(folds, ({ atDisplay }) => atDisplay <= at)
      if (fold === undefined) return at
      const { fromMs, toMs, atDisplay } = fold
      const behindMs = at - atDisplay - FOLDED_MS
      return behindMs >= 0 ? toMs + behindMs : toMs + (behindMs * (toMs - fromMs)) / FOLDED_MS
    },
  }
}

/** Display milliseconds since the fold began. */
function alongFold({ fromMs, toMs }: IdleGap, ms: number): number {
  if (ms >= toMs) return FOLDED_MS + ms - toMs
  return (FOLDED_MS * (ms - fromMs)) / (toMs - fromMs)
}

function clamp(at: number, durationMs: number): number {
  return Math.min(durationMs, Math.max(0, at))
}

/** The last item that fulfils a condition which holds for all items up to it. */
function lastOf<T>(items: readonly T[], holds: (item: T) => boolean): T | undefined {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(items[middle]!)) low = middle + 1
    else high = middle
  }
  return items[low - 1]
}
