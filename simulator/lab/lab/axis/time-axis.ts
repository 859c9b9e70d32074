/**
 * The axis that timeline and curves share: moments of a run from left (0) to right (1), in display time, with some room behind the
 * last record so that a fault can be painted there.
 */
import type { TraceRecord } from '#simulator/world/runtime.ts'
import type { RunResult } from '../../worker/protocol.ts'
import { createDisplayTime, type DisplayTime } from '../display-time.ts'
import { perRun } from './per-run.ts'

export interface TimeAxis {
  /** Where a moment lies, 0 to 1. */
  xOf(ms: number): number
  /** The moment at a place; whole milliseconds. */
  msAt(x: number): number
  /** How many virtual milliseconds lie in a part of the axis around a place: more where an idle gap is folded. */
  msWithin(x: number, width: number): number
  readonly display: DisplayTime
  /** The moment of the last record. */
  readonly endMs: number
}

/** Room behind the last record, as a part of the run's length. */
const ROOM = 0.04
/** A run that is over at once still gets an axis. */
const SHORTEST_MS = 10

export const timeAxisOf = perRun(({ records }: RunResult) => createTimeAxis(records))

export function createTimeAxis(records: readonly TraceRecord[]): TimeAxis {
  // Samples of the read models are taken all night long; an idle gap is idle nevertheless.
  const display = createDisplayTime(records.filter(({ kind }) => kind !== 'observe'))
  const { durationMs } = display
  const endMs = display.toVirtual(durationMs)
  const lengthMs = Math.max(SHORTEST_MS, durationMs * (1 + ROOM))

  const toDisplay = (ms: number) => (ms <= endMs ? display.toDisplay(ms) : durationMs + ms - endMs)
  const toVirtual = (at: number) => (at <= durationMs ? display.toVirtual(at) : endMs + at - durationMs)
  const msAt = (x: number) => toVirtual(Math.min(1, Math.max(0, x)) * lengthMs)
  return {
    xOf: ms => Math.min(1, Math.max(0, toDisplay(ms) / lengthMs)),
    msAt: x => Math.round(msAt(x)),
    msWithin: (x, width) => msAt(Math.min(1, x + width / 2)) - msAt(Math.max(0, x - width / 2)),
    display,
    endMs,
  }
}

/** How many records have happened by a moment. */
export function seqAt(records: readonly { readonly t: number }[], ms: number): number {
  let low = 0
  let high = records.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (records[middle]!.t <= ms) low = middle + 1
    else high = middle
  }
  return low
}
