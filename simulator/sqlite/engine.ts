/**
 * What a room of databases needs of an SQL engine: the seam between the simulated database and the library below it.
 */
import type BetterSqlite3 from 'better-sqlite3'

/** Opens in-memory databases. */
export interface Engine {
  /** @param image a serialized database to start from; empty without it */
  open(image?: Uint8Array): EngineConnection
  /** An error of the class and shape that better-sqlite3 throws. */
  error(message: string, code: string): Error & { code: string }
  isError(error: unknown): error is Error & { code: string }
}

/** One physical connection to one in-memory database. */
export interface EngineConnection {
  /** @throws the engine's error for bad SQL, RangeError for none or several statements */
  prepare(sql: string): EngineStatement
  exec(sql: string): void
  pragma(source: string): unknown[]
  /** False outside a transaction, also when the engine has rolled one back by itself. */
  readonly inTransaction: boolean
  /** Later registrations of the same name and number of arguments replace earlier ones. */
  defineFunction(name: string, options: BetterSqlite3.RegistrationOptions, implementation: SqlFunction): void
  /** The whole database, as its next reader on this connection would find it. */
  serialize(): Uint8Array
  close(): void
}

export type SqlFunction = (...args: unknown[]) => unknown

/** better-sqlite3's own statement; an engine for the browser gives the same members. */
export interface EngineStatement {
  readonly reader: boolean
  readonly readonly: boolean
  readonly busy: boolean
  run(...params: unknown[]): BetterSqlite3.RunResult
  get(...params: unknown[]): unknown
  all(...params: unknown[]): unknown[]
  iterate(...params: unknown[]): IterableIterator<unknown>
  pluck(toggle?: boolean): unknown
  expand(toggle?: boolean): unknown
  raw(toggle?: boolean): unknown
  safeIntegers(toggle?: boolean): unknown
  bind(...params: unknown[]): unknown
  columns(): BetterSqlite3.ColumnDefinition[]
}
