/**
 * Playing time: how long a run takes to watch at its ordinary speed. Display time in which each record that is worth seeing gets a
 * moment of its own, as fifty things may happen within a virtual millisecond.
 */
import type { TraceRecord } from '#simulator/world/runtime.ts'
import type { DisplayTime } from './display-time.ts'
import { isWorthSeeing } from './worth-seeing.ts'

export interface PlayingTime {
  readonly durationMs: number
  /** When the record has happened; 0 for the beginning. */
  atSeq(seq: number): number
  /** How many records have happened by then. */
  seqAt(playMs: number): number
  /** The moment in virtual time, which goes on evenly between two records. */
  virtualAt(playMs: number): number
}

/** What all moments of a run take together: the shorter the run, the more time there is for each. */
const MOMENTS_MS = 40_000
const LONGEST_MOMENT_MS = 350
/** Nobody watches longer than this at the ordinary speed. */
const LONGEST_RUN_MS = 90_000

export function createPlayingTime(records: readonly TraceRecord[], display: DisplayTime): PlayingTime {
  const worth = records.map(isWorthSeeing)
  const count = worth.filter(Boolean).length
  const momentMs = Math.min(LONGEST_MOMENT_MS, MOMENTS_MS / Math.max(1, count))
  const scale = Math.min(1, LONGEST_RUN_MS / Math.max(1, display.durationMs))
  /** By seq, and 0 for the beginning. */
  const playAt = new Float64Array(records.length + 1)
  let shownAt = 0
  for (const [index, record] of records.entries()) {
    const displayAt = display.toDisplay(record.t)
    const gapMs = (displayAt - shownAt) * scale
    playAt[index + 1] = playAt[index]! + (worth[index] ? Math.max(gapMs, momentMs) : gapMs)
    shownAt = displayAt
  }
  const timeOf = (seq: number) => (seq === 0 ? 0 : records[seq - 1]!.t)

  return {
    durationMs: playAt[records.length]!,
    atSeq: seq => playAt[clamp(seq, records.length)]!,
    seqAt: playMs => lastUpTo(playAt, playMs),
    virtualAt(playMs) {
      const seq = lastUpTo(playAt, playMs)
      const from = timeOf(seq)
      if (seq === records.length) return from
      const start = playAt[seq]!
      const share = (playMs - start) / (playAt[seq + 1]! - start)
      const fromDisplay = display.toDisplay(from)
      const toDisplay = display.toDisplay(timeOf(seq + 1))
      return display.toVirtual(fromDisplay + (toDisplay - fromDisplay) * clamp(share, 1))
    },
  }
}

/** The last index whose time is not behind the moment. */
function lastUpTo(times: Float64Array, moment: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle]! <= moment) low = middle + 1
    else high = middle
  }
  return Math.max(0, low - 1)
}

function clamp(value: number, max: number): number {
  return Math.min(max, Math.max(0, value))
}
