/**
 * Sees from outside that a process is at work: its database changes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '#simulator/service.ts'
import type { StateFolder } from '../state-folder.ts'

const LOOK_EVERY_MS = 5

/**
 * Resolves to whether something was committed to the database while we looked, at the latest after `withinMs`.
 * https://www.sqlite.org/pragma.html#pragma_data_version
 */
export async function untilAtWork(
  state: Pick<StateFolder, 'openDatabaseReadonly'>,
  database: string,
  withinMs: number,
): Promise<boolean> {
  let db: Database | undefined
  let before: number | undefined
  try {
    for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(LOOK_EVERY_MS)) {
      db ??= state.openDatabaseReadonly(database)
      const version = db === undefined ? undefined : readVersion(db)
      if (before !== undefined && version !== undefined && version !== before) return true
      before = version ?? before
    }
    return false
  } finally {
    db?.close()
  }
}

/** Undefined while a database that a kill has left waits for whoever opens it for writing. */
function readVersion(db: Database): number | undefined {
  try {
    return db.pragma('data_version', { simple: true }) as number
  } catch (error) {
    if (error instanceof Error && 'code' in error && /^SQLITE_(BUSY|READONLY)/.test(String(error.code)))
      return undefined
    throw error
  }
}
