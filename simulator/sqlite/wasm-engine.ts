/**
 * The engine for the browser: SQLite's official WebAssembly build, in memory, behind better-sqlite3's rules.
 *
 * What this build leaves out of better-sqlite3's: `UPDATE … LIMIT` and `DELETE … LIMIT`, FTS3 and FTS4, geopoly,
 * `soundex()`, and STAT4's samples for the query planner. LIKE also matches blobs here, and half of a surrogate pair
 * becomes one replacement character, not three.
 */
import initialize, { type Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import type { Engine, EngineConnection } from './engine.ts'
import { WasmConnection } from './wasm/connection.ts'
import { UserFunctions } from './wasm/functions.ts'
import { createLibrary } from './wasm/library.ts'
import { SqliteError } from './wasm/sqlite-error.ts'

export interface WasmEngineOptions {
  /** Where `sqlite3.wasm` is. Default: beside the package's own module. */
  readonly wasmUrl?: string
}

/** Its typings leave out the options of the module's loader. */
type Initialize = (options?: { locateFile?: (file: string) => string }) => Promise<Sqlite3Static>

/** Loads the module; afterwards everything the engine does is synchronous. */
export async function loadWasmEngine({ wasmUrl }: WasmEngineOptions = {}): Promise<Engine> {
  const options = wasmUrl === undefined ? {} : { locateFile: () => wasmUrl }
  const library = createLibrary(await (initialize as Initialize)(options))
  const functions = new UserFunctions(library)
  return {
    open: image => connect(new WasmConnection(library, functions, image)),
    error: (message, code) => new SqliteError(message, code),
    isError: error => error instanceof SqliteError,
  }
}

function connect(connection: WasmConnection): EngineConnection {
  return {
    prepare: sql => connection.prepare(sql),
    exec: sql => connection.exec(sql),
    pragma: source => connection.pragma(source),
    get inTransaction() {
      return connection.inTransaction
    },
    defineFunction: (name, options, implementation) =>
      connection.defineFunction(name, options, implementation),
    serialize: () => connection.serialize(),
    close: () => connection.close(),
  }
}
