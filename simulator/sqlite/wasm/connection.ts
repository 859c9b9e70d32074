/**
 * One in-memory database on the WebAssembly build, set up as better-sqlite3 sets up its own.
 */
import type BetterSqlite3 from 'better-sqlite3'
import type { SqlFunction } from '../engine.ts'
import type { UserFunctions } from './functions.ts'
import { type Library, type Pointer, SQLITE_OK, SQLITE_ROW } from './library.ts'
import { SqliteError } from './sqlite-error.ts'
import { WasmStatement } from './statement.ts'

export class WasmConnection {
  readonly library: Library
  readonly pointer: Pointer
  open = true
  /** A statement is being executed: only a user function can find it so. */
  busy = false
  iterators = 0
  /** What a user function has thrown; SQLite only knows that it failed. */
  thrown: { readonly error: unknown } | undefined
  readonly #functions: UserFunctions

  constructor(library: Library, functions: UserFunctions, image: Uint8Array | undefined) {
    const { c, memory } = library
    this.library = library
    this.#functions = functions
    memory.writeText(':memory:')
    c.sqlite3_open_v2(memory.scratch, memory.out, OPEN_READWRITE | OPEN_CREATE, 0)
    this.pointer = memory.pointerAt(memory.out)
    c.sqlite3_extended_result_codes(this.pointer, 1)
    // better-sqlite3 compiles the one in and asks for the other.
    c.sqlite3__wasm_db_config_ip(this.pointer, CONFIG_FOREIGN_KEYS, 1, 0)
    c.sqlite3__wasm_db_config_ip(this.pointer, CONFIG_DEFENSIVE, 1, 0)
    // This build's own is 8192; so the databases of both engines have the same pages.
    if (image === undefined) this.exec('PRAGMA page_size = 4096')
    else this.#load(image)
  }

  get inTransaction(): boolean {
    return this.open && this.library.c.sqlite3_get_autocommit(this.pointer) === 0
  }

  prepare(sql: string, isPragma = false): WasmStatement {
    if (typeof sql !== 'string') throw new TypeError('Expected first argument to be a string')
    this.requireOpen()
    this.requireNotBusy()
    if (isPragma) this.requireNoIterators()
    const { c, memory } = this.library
    const size = memory.writeText(sql)
    const flags = isPragma ? 0 : PREPARE_PERSISTENT
    const tail = memory.out + 4
    const status = c.sqlite3_prepare_v3(this.pointer, memory.scratch, size + 1, flags, memory.out, tail)
    if (status !== SQLITE_OK) throw this.failure()
    const handle = memory.pointerAt(memory.out)
    if (handle === 0) throw new RangeError('The supplied SQL string contains no statements')
    if (!isBlank(memory.readString(memory.pointerAt(tail)))) {
      c.sqlite3_finalize(handle)
      throw new RangeError('The supplied SQL string contains more than one statement')
    }
    const statement = new WasmStatement(this, handle, sql, isPragma)
    abandonedStatements.register(statement, { connection: this, handle })
    return statement
  }

  exec(sql: string): void {
    if (typeof sql !== 'string') throw new TypeError('Expected first argument to be a string')
    this.requireOpen()
    this.requireNotBusy()
    this.requireNoIterators()
    const { c, memory } = this.library
    // Not in the scratch memory: the statements run between one piece of it and the next.
    const text = memory.allocateText(sql)
    this.busy = true
    let status = SQLITE_OK
    for (let at = text; status === SQLITE_OK; ) {
      status = c.sqlite3_prepare_v3(this.pointer, at, -1, 0, memory.out, memory.out + 4)
      const handle = memory.pointerAt(memory.out)
      at = memory.pointerAt(memory.out + 4)
      if (handle === 0) break
      while (c.sqlite3_step(handle) === SQLITE_ROW) {}
      status = c.sqlite3_finalize(handle)
    }
    this.busy = false
    c.sqlite3_free(text)
    if (status !== SQLITE_OK) throw this.failure()
  }

  pragma(source: string): unknown[] {
    const statement = this.prepare(`PRAGMA ${source}`, true)
    return statement.all()
  }

  defineFunction(
    name: string,
    options: BetterSqlite3.RegistrationOptions,
    implementation: SqlFunction,
  ): void {
    this.requireOpen()
    this.requireNotBusy()
    this.requireNoIterators()
    this.#functions.define(this, name, options, implementation)
  }

  serialize(): Uint8Array {
    this.requireOpen()
    this.requireNotBusy()
    this.requireNoIterators()
    const { c, memory } = this.library
    memory.writeText('main')
    const address = c.sqlite3_serialize(this.pointer, memory.scratch, memory.out, 0)
    const size = memory.pointerAt(memory.out)
    if (address === 0 && size !== 0) throw new Error('Out of memory')
    const image = memory.readBytes(address, size)
    c.sqlite3_free(address)
    return image
  }

  close(): void {
    if (!this.open) return
    this.requireNotBusy()
    this.requireNoIterators()
    this.open = false
    const { c } = this.library
    for (;;) {
      const handle = c.sqlite3_next_stmt(this.pointer, 0)
      if (handle === 0) break
      c.sqlite3_finalize(handle)
    }
    c.sqlite3_close_v2(this.pointer)
  }

  /** What the last call has failed with. */
  failure(): unknown {
    const { thrown } = this
    if (thrown !== undefined) {
      this.thrown = undefined
      return thrown.error
    }
    const { c, memory, codeOf } = this.library
    const message = memory.readString(c.sqlite3_errmsg(this.pointer))
    return new SqliteError(message, codeOf(c.sqlite3_extended_errcode(this.pointer)))
  }

  requireOpen(): void {
    if (!this.open) throw new TypeError('The database connection is not open')
  }

  requireNotBusy(): void {
    if (this.busy) throw new TypeError(BUSY)
  }

  requireNoIterators(): void {
    if (this.iterators > 0) throw new TypeError(BUSY)
  }

  #load(image: Uint8Array): void {
    const { c, memory } = this.library
    const { length } = image
    const data = length === 0 ? 0 : memory.allocate(length)
    memory.bytes.set(image, data)
    memory.writeText('main')
    const size = BigInt(length)
    const flags = DESERIALIZE_FREE_ON_CLOSE | DESERIALIZE_RESIZEABLE
    const status = c.sqlite3_deserialize(this.pointer, memory.scratch, data, size, size, flags)
    if (status === SQLITE_OK) return
    this.close()
    throw new SqliteError('unable to deserialize database', this.library.codeOf(status))
  }
}

/**
 * A statement that nobody holds any more gives its memory back, as better-sqlite3's does. Connections do not: the pool
 * closes those it does not keep.
 */
const abandonedStatements = new FinalizationRegistry<{
  readonly connection: WasmConnection
  readonly handle: Pointer
}>(({ connection, handle }) => {
  if (connection.open) connection.library.c.sqlite3_finalize(handle)
})

/** Nothing to execute: white space, semicolons and comments, even one that does not end. */
function isBlank(sql: string): boolean {
  return sql === '' || /^(?:[ ;\t-\r]|\/\*(?:(?!\*\/)[\s\S])*(?:\*\/|$)|--[^\n]*(?:\n|$))*$/.test(sql)
}

const BUSY = 'This database connection is busy executing a query'
const OPEN_READWRITE = 2
const OPEN_CREATE = 4
const CONFIG_FOREIGN_KEYS = 1002
const CONFIG_DEFENSIVE = 1010
const PREPARE_PERSISTENT = 1
const DESERIALIZE_FREE_ON_CLOSE = 1
const DESERIALIZE_RESIZEABLE = 2
