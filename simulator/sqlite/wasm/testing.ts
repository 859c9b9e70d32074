/**
 * For tests: an engine's connection as better-sqlite3's `Database`, by the library's own JavaScript over our statements.
 */
import { createRequire } from 'node:module'
import type { Database } from '#simulator/service.ts'
import type { Engine, EngineConnection } from '../engine.ts'

const require = createRequire(import.meta.url)
const methods = (name: string) => require(`better-sqlite3/lib/methods/${name}`) as never
/** Under which the library keeps its native part, here the connection. */
const { cppdb } = require('better-sqlite3/lib/util') as { cppdb: symbol }
const transaction = methods('transaction') as Database['transaction']

export function openBare(engine: Engine): Database {
  return new BareDatabase(engine.open()) as unknown as Database
}

class BareDatabase {
  open = true
  readonly memory = true
  readonly readonly = false
  readonly transaction = transaction
  readonly #connection: EngineConnection

  constructor(connection: EngineConnection) {
    this.#connection = connection
    Object.defineProperty(this, cppdb, { value: connection })
  }

  get inTransaction(): boolean {
    return this.#connection.inTransaction
  }

  prepare(sql: string): unknown {
    return this.#connection.prepare(sql)
  }

  exec(sql: string): this {
    this.#connection.exec(sql)
    return this
  }

  pragma(source: string, options?: { readonly simple?: boolean }): unknown {
    const rows = this.#connection.pragma(source) as Record<string, unknown>[]
    return options?.simple === true ? Object.values(rows[0] ?? {})[0] : rows
  }

  function(name: string, ...rest: unknown[]): this {
    const implementation = rest.pop() as () => unknown
    this.#connection.defineFunction(name, rest[0] ?? {}, implementation)
    return this
  }

  close(): this {
    this.#connection.close()
    this.open = false
    return this
  }
}
