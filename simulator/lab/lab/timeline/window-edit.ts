/**
 * The arithmetic of painting, moving and resizing the window of a fault: in sensible steps, never before the run begins.
 */
import type { Fault } from '#simulator/world/runtime.ts'

/** The window of a fault; without `for` it lasts until everything is healed. */
export type FaultWindow = Pick<Fault, 'from' | 'for'>

/** The nearest of 1, 2, 5, 10, 20, 50, … that is no smaller. */
export function sensibleStepMs(atLeastMs: number): number {
  for (let power = 1; ; power *= 10)
    for (const digit of [1, 2, 5]) if (digit * power >= atLeastMs) return digit * power
}

export function roundTo(ms: number, stepMs: number): number {
  return Math.max(0, Math.round(ms / stepMs) * stepMs)
}

/** A window between two moments in any order, at least one step long. */
export function paintWindow(oneMs: number, otherMs: number, stepMs: number): Required<FaultWindow> {
  const from = roundTo(Math.min(oneMs, otherMs), stepMs)
  const to = roundTo(Math.max(oneMs, otherMs), stepMs)
  return { from, for: Math.max(stepMs, to - from) }
}

/** The same window, beginning elsewhere. */
export function moveWindow(fault: Fault, toMs: number, stepMs: number): Fault {
  return { ...fault, from: roundTo(toMs, stepMs) }
}

/**
 * The window with one of its ends elsewhere; the other end stays where it is.
 * @param endsAtMs where a window without `for` ends in this run
 */
export function resizeWindow(
  fault: Fault,
  edge: 'start' | 'end',
  toMs: number,
  stepMs: number,
  endsAtMs: number,
): Fault {
  const from = fault.from ?? 0
  const end = from + (fault.for ?? Math.max(stepMs, endsAtMs - from))
  if (edge === 'end') return { ...fault, from, for: Math.max(stepMs, roundTo(toMs, stepMs) - from) }
  const start = Math.max(0, Math.min(roundTo(toMs, stepMs), end - stepMs))
  // A window that lasts until everything is healed goes on doing so.
  return fault.for === undefined ? { ...fault, from: start } : { ...fault, from: start, for: end - start }
}

/** In which of how many tracks each window is drawn, so that no two that overlap share one. */
export function tracksOf(windows: readonly { readonly fromMs: number; readonly toMs: number }[]): {
  readonly tracks: readonly number[]
  readonly count: number
} {
  const ends: number[] = []
  const tracks: number[] = new Array(windows.length).fill(0)
  const inOrder = windows.map((_, index) => index).sort((a, b) => windows[a]!.fromMs - windows[b]!.fromMs)
  for (const index of inOrder) {
    const { fromMs, toMs } = windows[index]!
    const free = ends.findIndex(end => end <= fromMs)
    const track = free === -1 ? ends.length : free
    ends[track] = toMs
    tracks[index] = track
  }
  return { tracks, count: Math.max(1, ends.length) }
}
