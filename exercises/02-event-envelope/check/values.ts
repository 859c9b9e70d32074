/**
 * What becomes of values on their way: whether one has arrived as it was given, and values that JSON would change.
 */

/** Given to an event by a writer that has not heard of JSON. Whether `createEvent` takes them is up to it. */
export const BEYOND_JSON: Readonly<Record<string, unknown>> = {
  billedAt: new Date(Date.UTC(2026, 0, 5, 9, 30)),
  ticketNumber: 9_007_199_254_740_993n,
  discount: undefined,
  weight: Number.NaN,
  limit: Number.POSITIVE_INFINITY,
  units: new Map([['parcels', 2]]),
  labels: new Set(['fragile']),
  steps: [{ at: new Date(Date.UTC(2026, 0, 5, 9, 31)) }],
}

/**
 * How a value was changed on its way, as the end of a sentence: "data.units was a Map and arrived as an object". Undefined when it
 * was not. A value that the event itself already held in another form, which says the same, counts as given in that form.
 * @param created what the new event held in its place
 */
export function changeOf(
  given: unknown,
  created: unknown,
  arrived: unknown,
  path = 'data',
): string | undefined {
  const kind = kindOf(given)
  if ((kind === 'object' || kind === 'array') && kindOf(arrived) === kind) {
    for (const key of new Set([...Object.keys(given as object), ...Object.keys(arrived as object)])) {
      const place = kind === 'array' ? `${path}[${key}]` : `${path}.${key}`
      const change = changeOf(field(given, key), field(created, key), field(arrived, key), place)
      if (change !== undefined) return change
    }
    return undefined
  }
  if (same(given, arrived) || saysTheSame(given, created, arrived)) return undefined
  if (given === MISSING) return `${path} was not there and arrived as ${say(arrived)}`
  return `${path} was ${say(given)} and arrived ${arrived === MISSING ? 'not at all' : `as ${say(arrived)}`}`
}

const MISSING = Symbol('missing')

/** A date as ISO 8601 and a bigint in decimal, if createEvent turned them into that; and undefined, if it left it out. */
function saysTheSame(given: unknown, created: unknown, arrived: unknown): boolean {
  if (given === undefined) return arrived === MISSING && created === MISSING
  if (!same(created, arrived)) return false
  if (given instanceof Date) return arrived === given.toISOString()
  return typeof given === 'bigint' && arrived === String(given)
}

function same(a: unknown, b: unknown): boolean {
  const kind = kindOf(a)
  if (kind !== kindOf(b)) return false
  if (kind === 'Date') return (a as Date).getTime() === (b as Date).getTime()
  if (kind === 'Map' || kind === 'Set') return same([...(a as Set<unknown>)], [...(b as Set<unknown>)])
  if (kind !== 'array' && kind !== 'object') return Object.is(a, b)
  const keys = Object.keys(a as object)
  return (
    keys.length === Object.keys(b as object).length &&
    keys.every(key => Object.hasOwn(b as object, key) && same(field(a, key), field(b, key)))
  )
}

function field(value: unknown, key: string): unknown {
  return Object.hasOwn(Object(value), key) ? (value as Record<string, unknown>)[key] : MISSING
}

/** By what it is called, as a value may come from another realm. */
function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  if (Array.isArray(value)) return 'array'
  const name = Object.prototype.toString.call(value).slice('[object '.length, -1)
  return name === 'Date' || name === 'Map' || name === 'Set' ? name : 'object'
}

/** As a person would call it: "the Date 2026-01-05T09:30:00.000Z", "a Map". */
export function say(value: unknown): string {
  const kind = kindOf(value)
  switch (kind) {
    case 'string':
      return JSON.stringify(value)
    case 'bigint':
      return `the bigint ${value}`
    case 'Date':
      return `the Date ${Number.isNaN((value as Date).getTime()) ? 'Invalid Date' : (value as Date).toISOString()}`
    case 'Map':
    case 'Set':
      return `a ${kind}`
    case 'array':
    case 'object':
      return `an ${kind}`
    default:
      return String(value)
  }
}
