/**
 * The engine for Node: better-sqlite3, in memory. The only file that imports the library itself.
 */
import Sqlite from 'better-sqlite3'
import type { Engine, EngineConnection } from './engine.ts'

export const betterSqlite3Engine: Engine = {
  open(image) {
    return connect(image === undefined ? new Sqlite(':memory:') : new Sqlite(Buffer.from(image)))
  },
  error: (message, code) => new Sqlite.SqliteError(message, code),
  isError: error => error instanceof Sqlite.SqliteError,
}

function connect(db: Sqlite.Database): EngineConnection {
  return {
    prepare: sql => db.prepare(sql),
    exec(sql) {
      db.exec(sql)
    },
    pragma: source => db.pragma(source) as unknown[],
    get inTransaction() {
      return db.inTransaction
    },
    defineFunction(name, options, implementation) {
      db.function(name, options, implementation)
    },
    serialize: () => db.serialize(),
    close() {
      db.close()
    },
  }
}
