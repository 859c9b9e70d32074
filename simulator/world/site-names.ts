/**
 * The names of sites, remembered from run to run: the same scenario comes by the same few places in each of its thousands of runs.
 */
export interface SiteNames {
  /** `process/operation subject` */
  readonly base: string
  /** The full name of the first visit, which is most often the only one. */
  readonly first: string
}

/** A run with more sites than this makes the rest of the names as it needs them. */
const MAX_REMEMBERED = 4096

/** By process, operation and subject. */
const remembered = new Map<string, Map<string, Map<string, SiteNames>>>()
let rememberedCount = 0

/** @param subject whose business it is; may be empty */
export function siteNames(process: string, operation: string, subject: string): SiteNames {
  return remembered.get(process)?.get(operation)?.get(subject) ?? makeNames(process, operation, subject)
}

function makeNames(process: string, operation: string, subject: string): SiteNames {
  const base = subject === '' ? `${process}/${operation}` : `${process}/${operation} ${subject}`
  const names = { base, first: `${base}#1` }
  if (rememberedCount >= MAX_REMEMBERED) return names
  rememberedCount++
  entryOf(entryOf(remembered, process), operation).set(subject, names)
  return names
}

function entryOf<V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let entry = map.get(key)
  if (entry === undefined) {
    entry = new Map()
    map.set(key, entry)
  }
  return entry
}
