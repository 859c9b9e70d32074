/**
 * The bounds of a read, checked once for every store.
 */
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { ReadAllOptions, ReadStreamOptions } from './event-store.ts'

const ALL = Number.MAX_SAFE_INTEGER

/** The range a read asks for, with every bound filled in; the same limit stands for "to the end". */
export function streamRange(options: ReadStreamOptions = {}): { from: number; to: number; maxCount: number } {
  return {
    from: bound('from', options.from, 1),
    to: bound('to', options.to, ALL),
    maxCount: count(options.maxCount),
  }
}

export function allRange(options: ReadAllOptions = {}): { after: number; maxCount: number } {
  return { after: bound('after', options.after, 0), maxCount: count(options.maxCount) }
}

function count(value: number | undefined): number {
  const maxCount = bound('maxCount', value, ALL)
  // SQLite takes a negative LIMIT for "no limit", which is the last thing its author can have meant.
  if (maxCount < 0) refuse('maxCount', maxCount)
  return maxCount
}

function bound(name: string, value: number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise
  if (value === Number.POSITIVE_INFINITY) return ALL
  if (!Number.isSafeInteger(value)) refuse(name, value)
  return value
}

function refuse(name: string, value: unknown): never {
  throw new WorkbenchError(
    'bad-range',
    `${name} is ${String(value)}, which is no ${name === 'maxCount' ? 'count' : 'version or position'}`,
    'Pass a whole number, or leave it out to read everything.',
  )
}
