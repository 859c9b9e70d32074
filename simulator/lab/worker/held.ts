/**
 * Work in which one run follows the other, thousands of times.
 */
import { holdGlobals } from '#simulator/world/globals.ts'

const SILENT = { log() {}, info() {}, debug() {}, warn() {}, error() {} }

/** The globals are kept; and what answers print, which somebody may want to read of one run, nobody can read of thousands. */
export async function held<T>(work: () => Promise<T>): Promise<T> {
  const release = holdGlobals()
  const { log, info, debug, warn, error } = console
  Object.assign(console, SILENT)
  try {
    return await work()
  } finally {
    Object.assign(console, { log, info, debug, warn, error })
    release()
  }
}
