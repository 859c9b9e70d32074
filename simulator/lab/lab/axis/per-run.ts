/**
 * What is derived from a run, once for each run and for as long as somebody holds the run.
 */
import type { RunResult } from '../../worker/protocol.ts'

export function perRun<T>(derive: (run: RunResult) => T): (run: RunResult) => T {
  const found = new WeakMap<RunResult, { readonly value: T }>()
  return run => {
    const known = found.get(run)
    if (known !== undefined) return known.value
    const value = derive(run)
    found.set(run, { value })
    return value
  }
}

/** As `perRun`, for what is also about a name: a subject, a topic. Of many names the latest few are kept. */
export function perRunAndName<T>(
  derive: (run: RunResult, name: string) => T,
): (run: RunResult, name: string) => T {
  const namesOf = perRun(() => new Map<string, T>())
  return (run, name) => {
    const names = namesOf(run)
    if (names.has(name)) return names.get(name)!
    if (names.size >= MAX_NAMES) names.clear()
    const value = derive(run, name)
    names.set(name, value)
    return value
  }
}
const MAX_NAMES = 20
