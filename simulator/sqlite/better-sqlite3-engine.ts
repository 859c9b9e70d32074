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

/**
 * From Node 24.19 on, the process is aborted when an object of better-sqlite3 before version 13 is garbage collected while
 * no code runs: Node's ObjectWrap then looks for an environment that is not entered. Version 13 does not run on Node 20.
 * So on such a Node they are kept for good; connections and statements are pooled, there are not many of them.
 */
const keeps = Number(process.versions.node.split('.')[0]) >= 24
const kept: object[] = []

function keep<T extends object>(wrapped: T): T {
  if (keeps) kept.push(wrapped)
  return wrapped
}

function connect(db: Sqlite.Database): EngineConnection {
  keep(db)
  return {
    prepare: sql => keep(db.prepare(sql)),
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
