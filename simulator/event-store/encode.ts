/**
 * Events as JSON text, and the refusal of everything that JSON would silently change or drop.
 */
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { NewEvent } from './event-store.ts'

/** An event ready to be stored: nothing in it refers to its author's objects. */
export interface EncodedEvent {
  readonly id: string
  readonly type: string
  /** JSON text. */
  readonly data: string
  /** JSON text, or null where the event has no metadata. */
  readonly metadata: string | null
}

/** @throws WorkbenchError `not-json` or `bad-name`, naming the path to the value that cannot be stored. */
export function encodeEvent(event: NewEvent, newId: () => string): EncodedEvent {
  const { type, data, metadata } = event
  requireName('event type', type)
  requireStorable(data, type, 'data')
  if (metadata !== undefined) requireStorable(metadata, type, 'metadata')
  const id = event.id ?? newId()
  requireName('event id', id)
  return {
    id,
    type,
    data: JSON.stringify(data),
    metadata: metadata === undefined ? null : JSON.stringify(metadata),
  }
}

/** Names of streams, types and ids are stored as plain text, which cannot carry half a surrogate pair. */
export function requireName(what: string, name: string): void {
  if (typeof name === 'string' && name !== '' && !LONE_SURROGATE.test(name)) return
  throw new WorkbenchError(
    'bad-name',
    `the ${what} is ${typeof name === 'string' ? JSON.stringify(name) : String(name)}, which cannot be stored`,
    `Give the ${what} as a string that is not empty and is well-formed Unicode.`,
  )
}

const LONE_SURROGATE = /\p{Surrogate}/u
/** Deeper than any event, and shallow enough to stop at an object that contains itself. */
const MAX_DEPTH = 500

function requireStorable(value: unknown, type: string, root: string): void {
  const flaw = findFlaw(value, 0)
  if (flaw === undefined) return
  throw new WorkbenchError(
    'not-json',
    `${type}.${root}${flaw.path} is ${flaw.what}, which JSON cannot carry`,
    'Store a string or a number for it (an ISO time, a count of cents), null for nothing, or leave the field out.',
  )
}

interface Flaw {
  readonly what: string
  /** From the root to the value: `.lines[2].price`. Built on the way back, so that a sound value costs no text. */
  path: string
}

function findFlaw(value: unknown, depth: number): Flaw | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined
    case 'number':
      // -0 becomes 0, which is equal to it by ===; a negated amount of nothing is no reason to refuse an event.
      return Number.isFinite(value) ? undefined : { what: String(value), path: '' }
    case 'object':
      break
    case 'undefined':
      return { what: 'undefined', path: '' }
    default:
      return { what: `a ${typeof value}`, path: '' }
  }
  if (value === null) return undefined
  if (depth > MAX_DEPTH) return { what: 'an object that contains itself, or too deep a one', path: '' }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const flaw = findFlaw(value[index], depth + 1)
      if (flaw !== undefined) return at(`[${index}]`, flaw)
    }
    return undefined
  }
  if (!isPlainObject(value)) return { what: `a ${value.constructor?.name || 'special object'}`, path: '' }
  const object = value as Record<string, unknown>
  for (const key of Object.keys(object)) {
    const flaw = findFlaw(object[key], depth + 1)
    if (flaw !== undefined) return at(`.${key}`, flaw)
  }
  if (Object.getOwnPropertySymbols(object).length > 0)
    return { what: 'an object with a symbol as key', path: '' }
  return undefined
}

function at(step: string, flaw: Flaw): Flaw {
  flaw.path = step + flaw.path
  return flaw
}

/** Also true for an object of another realm, whose prototype is not our Object.prototype. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}
