/**
 * The C functions of SQLite's official WebAssembly build that the engine calls, without the wrappers around them.
 *
 * The wrappers (`capi`, `oo1`) convert every argument by its signature; here the caller knows what it passes.
 */
import type { Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { Memory } from './memory.ts'

/** An address in WebAssembly memory; 0 is C's NULL. */
export type Pointer = number

export type Library = ReturnType<typeof createLibrary>

type Status = number

/** Each member under its C name. A copy, because the instance's own object of exports is slow to read from. */
export interface CFunctions {
  sqlite3_open_v2(path: Pointer, database: Pointer, flags: number, vfs: Pointer): Status
  sqlite3_close_v2(database: Pointer): Status
  sqlite3_extended_result_codes(database: Pointer, on: number): Status
  sqlite3__wasm_db_config_ip(database: Pointer, option: number, value: number, result: Pointer): Status
  sqlite3_errmsg(database: Pointer): Pointer
  sqlite3_extended_errcode(database: Pointer): Status
  sqlite3_get_autocommit(database: Pointer): number
  sqlite3_total_changes(database: Pointer): number
  sqlite3_changes(database: Pointer): number
  sqlite3_last_insert_rowid(database: Pointer): bigint
  sqlite3_serialize(database: Pointer, schema: Pointer, size: Pointer, flags: number): Pointer
  sqlite3_deserialize(
    database: Pointer,
    schema: Pointer,
    data: Pointer,
    size: bigint,
    capacity: bigint,
    flags: number,
  ): Status
  sqlite3_randomness(size: number, bytes: Pointer): void
  sqlite3_malloc(size: number): Pointer
  sqlite3_free(memory: Pointer): void

  sqlite3_prepare_v3(
    database: Pointer,
    sql: Pointer,
    length: number,
    flags: number,
    statement: Pointer,
    tail: Pointer,
  ): Status
  sqlite3_next_stmt(database: Pointer, statement: Pointer): Pointer
  sqlite3_finalize(statement: Pointer): Status
  sqlite3_step(statement: Pointer): Status
  sqlite3_reset(statement: Pointer): Status
  sqlite3_stmt_readonly(statement: Pointer): number
  sqlite3_stmt_status(statement: Pointer, counter: number, reset: number): number

  sqlite3_bind_parameter_count(statement: Pointer): number
  sqlite3_bind_parameter_name(statement: Pointer, index: number): Pointer
  sqlite3_bind_double(statement: Pointer, index: number, value: number): Status
  sqlite3_bind_int64(statement: Pointer, index: number, value: bigint): Status
  sqlite3_bind_null(statement: Pointer, index: number): Status
  sqlite3_bind_text(statement: Pointer, index: number, text: Pointer, size: number, free: Pointer): Status
  sqlite3_bind_blob(statement: Pointer, index: number, data: Pointer, size: number, free: Pointer): Status

  sqlite3_column_count(statement: Pointer): number
  sqlite3_column_name(statement: Pointer, column: number): Pointer
  sqlite3_column_origin_name(statement: Pointer, column: number): Pointer
  sqlite3_column_table_name(statement: Pointer, column: number): Pointer
  sqlite3_column_database_name(statement: Pointer, column: number): Pointer
  sqlite3_column_decltype(statement: Pointer, column: number): Pointer
  sqlite3_column_type(statement: Pointer, column: number): number
  sqlite3_column_double(statement: Pointer, column: number): number
  sqlite3_column_int64(statement: Pointer, column: number): bigint
  sqlite3_column_text(statement: Pointer, column: number): Pointer
  sqlite3_column_blob(statement: Pointer, column: number): Pointer
  sqlite3_column_bytes(statement: Pointer, column: number): number

  sqlite3_create_function_v2(
    database: Pointer,
    name: Pointer,
    arity: number,
    flags: number,
    userData: Pointer,
    call: Pointer,
    step: Pointer,
    final: Pointer,
    destroy: Pointer,
  ): Status
  sqlite3_user_data(context: Pointer): Pointer
  sqlite3_value_type(value: Pointer): number
  sqlite3_value_double(value: Pointer): number
  sqlite3_value_int64(value: Pointer): bigint
  sqlite3_value_text(value: Pointer): Pointer
  sqlite3_value_blob(value: Pointer): Pointer
  sqlite3_value_bytes(value: Pointer): number
  sqlite3_result_double(context: Pointer, value: number): void
  sqlite3_result_int64(context: Pointer, value: bigint): void
  sqlite3_result_null(context: Pointer): void
  sqlite3_result_text(context: Pointer, text: Pointer, size: number, free: Pointer): void
  sqlite3_result_blob(context: Pointer, data: Pointer, size: number, free: Pointer): void
  sqlite3_result_error(context: Pointer, message: Pointer, size: number): void
}

export function createLibrary(sqlite: Sqlite3Static) {
  const { capi } = sqlite
  // The typings have it elsewhere.
  const wasm = sqlite.wasm as typeof sqlite.wasm & { readonly memory: WebAssembly.Memory }
  const c: CFunctions = { ...wasm.exports }
  const memory = new Memory(wasm.memory, c)
  // SQLite seeds its own dice when it first needs them: now, and not from the dice of a simulated process later.
  c.sqlite3_randomness(1, memory.out)
  const codes = new Map<number, string>()
  return {
    c,
    memory,
    /** Makes a function callable from C; `signature` is `v(pip)`: what it returns, then its arguments. */
    install: (signature: string, implementation: (...args: number[]) => void): Pointer =>
      wasm.installFunction(signature, implementation as never) as Pointer,
    /** The name of a result code: SQLITE_CONSTRAINT_PRIMARYKEY. */
    codeOf(status: number): string {
      let code = codes.get(status)
      if (code === undefined) {
        code = (capi.sqlite3_js_rc_str(status) as string | undefined) ?? `UNKNOWN_SQLITE_ERROR_${status}`
        codes.set(status, code)
      }
      return code
    },
  }
}

export const SQLITE_OK = 0
export const SQLITE_TOOBIG = 18
export const SQLITE_RANGE = 25
export const SQLITE_ROW = 100
export const SQLITE_DONE = 101

/** In the place of a destructor: SQLite is to copy the bytes at once. */
export const SQLITE_TRANSIENT: Pointer = -1
