/**
 * Durations as people write them: `500ms`, `30s`, `5m`, `2h`, `1d`; a bare number is milliseconds.
 */
import { z } from 'zod'

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const PATTERN = /^(-?\d+(?:\.\d+)?)(ms|s|m|h|d)?$/

/** @returns milliseconds, or undefined when the text is no duration */
export function parseDuration(text: string): number | undefined {
  const match = PATTERN.exec(text.trim())
  if (match === null) return undefined
  const milliseconds = Math.round(Number(match[1]) * UNITS_MS[match[2] ?? 'ms']!)
  return Number.isSafeInteger(milliseconds) ? milliseconds : undefined
}

/** The shortest text that reads back as the same number of milliseconds: `90s`, not `90000ms`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s'
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (milliseconds % UNITS_MS[unit]! === 0) return `${milliseconds / UNITS_MS[unit]!}${unit}`
  }
  return `${milliseconds}ms`
}

const message = 'should be a duration such as 500ms, 30s, 5m, 2h or 1d'

/** A duration in a plan, in milliseconds once parsed. */
export const signedDuration = z
  .union([z.number(), z.string()], { error: message })
  .transform((value, context) => {
    const milliseconds = typeof value === 'number' ? Math.round(value) : parseDuration(value)
    if (milliseconds === undefined || !Number.isSafeInteger(milliseconds)) {
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    return milliseconds
  })

export const duration = signedDuration.refine(milliseconds => milliseconds >= 0, {
  message: 'should not be negative',
})
