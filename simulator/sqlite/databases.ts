/**
 * The databases of a run: better-sqlite3 in memory, with a site at each statement and commit, locks between handles, and faults.
 * In the browser SQLite's WebAssembly build stands in for it.
 *
 * Known differences from better-sqlite3 on a file, with their reasons:
 * - A lock is refused at once (SQLITE_BUSY) instead of after `timeout`: no virtual time passes in a synchronous call.
 * - `PRAGMA journal_mode = WAL` answers `memory`, as any in-memory database does; locks are those of rollback-journal mode.
 * - User functions belong to the database, not to the handle, because handles share a connection.
 * - `total_changes()` counts on from earlier runs on a pooled connection, and 'localtime' is the machine's time zone.
 * - OR ROLLBACK cannot be prepared while a transaction is open: nested in the pool's own, it would end both.
 */
import type { Database } from '#simulator/service.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Fault, Runtime } from '#simulator/world/runtime.ts'
import { SimulatedDatabase } from './database.ts'
import { createDatabasePool, type DatabasePool } from './pool.ts'
import { Session, type WriteWindows } from './session.ts'
import { StoredDatabase } from './stored-database.ts'

export interface Databases {
  /** A handle for the current process, to be opened anew after a restart; outside processes it has no sites. */
  open(name: string): Database
  /** The one handle that only reads, without sites, at any time between steps; it does not see open transactions. */
  inspect(name: string): Database
  /** The committed content, as SQLite's own file format. */
  snapshot(name: string): Uint8Array
  /**
   * Gives a database this content to start from.
   * @throws WorkbenchError `database-in-use` once it has been opened
   */
  restore(name: string, image: Uint8Array): void
  /** The databases opened so far, in order. */
  names(): readonly string[]
  /** Ends the run: every handle is refused from now on, the connections go back to the pool. */
  release(): void
}

export interface DatabasesOptions {
  /** Where connections come from and go back to. Default: one pool for the whole thread. */
  readonly pool?: DatabasePool
}

export function createDatabases(runtime: Runtime, options: DatabasesOptions = {}): Databases {
  const pool = options.pool ?? threadPool()
  const databases = new Map<string, StoredDatabase>()
  const sessions = new Set<Session>()
  const inspections = new Map<string, SimulatedDatabase>()
  const windows = new Map<string, WriteWindows>()
  // A process's SQL shares the clock and the dice of its JavaScript, skew included.
  const environment = {
    now: () => (runtime.current === undefined ? runtime.now() : Date.now()),
    random: () => (runtime.current === undefined ? runtime.random() : Math.random()),
  }

  runtime.onDeath(process => {
    for (const session of sessions) {
      if (session.process !== process) continue
      sessions.delete(session)
      session.abandon()
    }
  })
  runtime.onFaultEdge((fault, edge) => {
    const member = windowOf(fault)
    if (member !== undefined && fault.service !== undefined)
      windowsOf(fault.service)[member] = edge === 'begin'
  })

  function windowsOf(service: string): WriteWindows {
    let found = windows.get(service)
    if (found === undefined) {
      found = {
        busy: runtime.active('database-busy', service) !== undefined,
        full: runtime.active('disk-full', service) !== undefined,
      }
      windows.set(service, found)
    }
    return found
  }

  function stored(name: string): StoredDatabase {
    let database = databases.get(name)
    if (database === undefined) {
      database = new StoredDatabase(name, pool, environment)
      databases.set(name, database)
    }
    return database
  }

  function handle(name: string, readonly: boolean): SimulatedDatabase {
    const process = readonly ? undefined : runtime.current
    const session = new Session(
      stored(name),
      runtime,
      process,
      process === undefined ? NO_WINDOWS : windowsOf(process.service),
      readonly,
    )
    sessions.add(session)
    return new SimulatedDatabase(session)
  }

  return {
    open: name => handle(name, false),
    inspect(name) {
      let found = inspections.get(name)
      if (found === undefined) {
        found = handle(name, true)
        inspections.set(name, found)
      }
      return found
    },
    snapshot: name => stored(name).snapshot(),
    restore(name, image) {
      if (databases.has(name)) {
        throw new WorkbenchError(
          'database-in-use',
          `The database ${name} has been opened already, so its content cannot be exchanged.`,
          'Restore it before the first service opens it.',
        )
      }
      databases.set(name, new StoredDatabase(name, pool, environment, image))
    },
    names: () => [...databases.keys()],
    release() {
      for (const session of sessions) session.abandon(true)
      sessions.clear()
      inspections.clear()
      for (const database of databases.values()) database.release()
      databases.clear()
    },
  }
}

const NO_WINDOWS: WriteWindows = { busy: false, full: false }

function windowOf(fault: Fault): keyof WriteWindows | undefined {
  if (fault.kind === 'database-busy') return 'busy'
  return fault.kind === 'disk-full' ? 'full' : undefined
}

let shared: DatabasePool | undefined

function threadPool(): DatabasePool {
  shared ??= createDatabasePool()
  return shared
}
