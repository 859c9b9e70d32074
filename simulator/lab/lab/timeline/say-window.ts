/**
 * Moments and lengths on the timeline, in words.
 */
import type { Fault } from '#simulator/world/runtime.ts'
import { labelOf, laneOf } from './paintable.ts'

/** "0.5 s", "2 min 5 s", "1 d 3 h": no more digits than a glance can take in. */
export function sayMoment(ms: number): string {
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(3))} s`
  const parts = UNITS.map(([unit, length]) => [Math.floor(ms / length) % (SIZES[unit] ?? 1e9), unit] as const)
  const first = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const
const SIZES: Readonly<Record<string, number>> = { h: 24, min: 60, s: 60 }

/** "search: Down from 0.5 s for 20 s" */
export function sayWindow(fault: Fault, hasLength: boolean): string {
  const moment = `${laneOf(fault)}: ${labelOf(fault.kind)} ${hasLength ? 'from' : 'at'} ${sayMoment(fault.from ?? 0)}`
  if (!hasLength) return moment
  return fault.for === undefined
    ? `${moment} until everything is healed`
    : `${moment} for ${sayMoment(fault.for)}`
}
