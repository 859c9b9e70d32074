/**
 * Work in which one run follows the other.
 */
import { holdGlobals } from '#simulator/world/globals.ts'

/** Thousands of runs in a row keep the globals. */
export async function held<T>(work: () => Promise<T>): Promise<T> {
  const release = holdGlobals()
  try {
    return await work()
  } finally {
    release()
  }
}
