/**
 * Where the ruler is marked with moments, and how they are written.
 */
import type { TimeAxis } from '../axis/time-axis.ts'
import { sensibleStepMs } from './window-edit.ts'

export interface Tick {
  readonly ms: number
  readonly x: number
  readonly text: string
}

const APART_PIXELS = 70
const MAX_TICKS = 60

/** Multiples of one sensible step on both sides of the folds; none inside a fold, and none too close to another. */
export function ticksOf(axis: TimeAxis, widthPixels: number): Tick[] {
  if (widthPixels <= 0) return []
  const { display, endMs } = axis
  const { folds, durationMs } = display
  const stepMs = niceStepMs((Math.max(10, durationMs) / widthPixels) * APART_PIXELS)
  const bounds = [0, ...folds.flatMap(({ fromMs, toMs }) => [fromMs, toMs]), endMs]
  const ticks: Tick[] = []
  for (let index = 0; index + 1 < bounds.length; index += 2) {
    const first = Math.ceil(bounds[index]! / stepMs) * stepMs
    for (let ms = first; ms <= bounds[index + 1]!; ms += stepMs) {
      const x = axis.xOf(ms)
      const last = ticks.at(-1)
      if (last !== undefined && (x - last.x) * widthPixels < APART_PIXELS * 0.8) continue
      ticks.push({ ms, x, text: textOf(ms, stepMs) })
      if (ticks.length >= MAX_TICKS) return ticks
    }
  }
  return ticks
}

const WHOLE_STEPS_MS = [
  60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000,
]

function niceStepMs(atLeastMs: number): number {
  if (atLeastMs > 30_000) {
    const whole = WHOLE_STEPS_MS.find(step => step >= atLeastMs)
    return whole ?? Math.ceil(atLeastMs / 86_400_000) * 86_400_000
  }
  return sensibleStepMs(atLeastMs) === 50_000 ? 60_000 : sensibleStepMs(atLeastMs)
}

function textOf(ms: number, stepMs: number): string {
  if (ms >= 86_400_000) {
    const days = Math.floor(ms / 86_400_000)
    return ms % 86_400_000 === 0 ? `${days} d` : `${days} d ${clock(ms % 86_400_000)}`
  }
  if (ms >= 3_600_000) return `${clock(ms)} h`
  if (ms >= 60_000 && stepMs >= 1000)
    return `${Math.floor(ms / 60_000)}:${pad(Math.floor(ms / 1000) % 60)} min`
  const digits = stepMs >= 1000 ? 0 : stepMs >= 100 ? 1 : stepMs >= 10 ? 2 : 3
  return `${(ms / 1000).toFixed(digits)} s`
}

function clock(ms: number): string {
  return `${Math.floor(ms / 3_600_000)}:${pad(Math.floor(ms / 60_000) % 60)}`
}

function pad(count: number): string {
  return String(count).padStart(2, '0')
}
