/**
 * A prepared statement on the WebAssembly build, with the rules of better-sqlite3's `Statement`.
 */
import type BetterSqlite3 from 'better-sqlite3'
import type { EngineStatement } from '../engine.ts'
import type { WasmConnection } from './connection.ts'
import { type Library, type Pointer, SQLITE_DONE, SQLITE_OK, SQLITE_ROW } from './library.ts'
import { Parameters } from './parameters.ts'
import { Rows, type Shape } from './rows.ts'

export class WasmStatement implements EngineStatement {
  readonly reader: boolean
  readonly readonly: boolean
  readonly #connection: WasmConnection
  readonly #library: Library
  readonly #handle: Pointer
  readonly #rows: Rows
  #parameters: Parameters | undefined
  #bound = false
  /** In the middle of an iteration. */
  #locked = false

  constructor(
    connection: WasmConnection,
    handle: Pointer,
    readonly source: string,
    isPragma: boolean,
  ) {
    const { library } = connection
    this.#connection = connection
    this.#library = library
    this.#handle = handle
    this.#rows = new Rows(library, handle)
    this.reader = isPragma || library.c.sqlite3_column_count(handle) >= 1
    this.readonly = library.c.sqlite3_stmt_readonly(handle) !== 0
  }

  get busy(): boolean {
    return this.#connection.open && this.#locked
  }

  run(...params: unknown[]): BetterSqlite3.RunResult {
    const connection = this.#connection
    this.#requireIdle()
    connection.requireNoIterators()
    this.#take(params)
    const { c } = this.#library
    const database = connection.pointer
    const before = c.sqlite3_total_changes(database)
    connection.busy = true
    c.sqlite3_step(this.#handle)
    const status = c.sqlite3_reset(this.#handle)
    connection.busy = false
    if (status !== SQLITE_OK) throw connection.failure()
    const changes = c.sqlite3_total_changes(database) === before ? 0 : c.sqlite3_changes(database)
    const rowid = c.sqlite3_last_insert_rowid(database)
    return { changes, lastInsertRowid: this.#rows.safeIntegers ? rowid : Number(rowid) }
  }

  get(...params: unknown[]): unknown {
    this.#begin(params)
    const connection = this.#connection
    const { c } = this.#library
    connection.busy = true
    const status = c.sqlite3_step(this.#handle)
    let row: unknown
    if (status === SQLITE_ROW) {
      this.#rows.begin()
      row = this.#rows.read()
    }
    c.sqlite3_reset(this.#handle)
    connection.busy = false
    if (status !== SQLITE_ROW && status !== SQLITE_DONE) throw connection.failure()
    return row
  }

  all(...params: unknown[]): unknown[] {
    this.#begin(params)
    const connection = this.#connection
    const { c } = this.#library
    const rows: unknown[] = []
    connection.busy = true
    while (c.sqlite3_step(this.#handle) === SQLITE_ROW) {
      if (rows.length === 0) this.#rows.begin()
      rows.push(this.#rows.read())
    }
    const status = c.sqlite3_reset(this.#handle)
    connection.busy = false
    if (status !== SQLITE_OK) throw connection.failure()
    return rows
  }

  iterate(...params: unknown[]): IterableIterator<unknown> {
    this.#begin(params)
    const connection = this.#connection
    this.#locked = true
    connection.iterators++
    let open = true
    let started = false
    const close = (): IteratorReturnResult<undefined> => {
      connection.requireNotBusy()
      if (open) {
        open = false
        this.#locked = false
        connection.iterators--
        this.#library.c.sqlite3_reset(this.#handle)
      }
      return { done: true, value: undefined }
    }
    const iterator: IterableIterator<unknown> = {
      next: () => {
        if (!open) return close()
        connection.requireNotBusy()
        connection.busy = true
        const status = this.#library.c.sqlite3_step(this.#handle)
        connection.busy = false
        if (status === SQLITE_ROW) {
          if (!started) this.#rows.begin()
          started = true
          return { done: false, value: this.#rows.read() }
        }
        const end = close()
        if (status !== SQLITE_DONE) throw connection.failure()
        return end
      },
      return: close,
      [Symbol.iterator]: () => iterator,
    }
    return iterator
  }

  bind(...params: unknown[]): this {
    if (this.#bound) throw new TypeError('The bind() method can only be invoked once per statement object')
    this.#requireIdle()
    this.#bind(params)
    this.#bound = true
    return this
  }

  pluck(...toggle: [boolean?]): this {
    return this.#toggleShape('pluck', toggle)
  }

  expand(...toggle: [boolean?]): this {
    return this.#toggleShape('expand', toggle)
  }

  raw(...toggle: [boolean?]): this {
    return this.#toggleShape('raw', toggle)
  }

  safeIntegers(...toggle: [boolean?]): this {
    this.#connection.requireNotBusy()
    this.#requireNotLocked()
    this.#rows.safeIntegers = isOn(toggle)
    return this
  }

  columns(): BetterSqlite3.ColumnDefinition[] {
    if (!this.reader) throw new TypeError('The columns() method is only for statements that return data')
    this.#connection.requireOpen()
    this.#connection.requireNotBusy()
    const { c, memory } = this.#library
    return Array.from({ length: c.sqlite3_column_count(this.#handle) }, (_, column) => ({
      name: memory.readString(c.sqlite3_column_name(this.#handle, column)),
      column: memory.readStringOrNull(c.sqlite3_column_origin_name(this.#handle, column)),
      table: memory.readStringOrNull(c.sqlite3_column_table_name(this.#handle, column)),
      database: memory.readStringOrNull(c.sqlite3_column_database_name(this.#handle, column)),
      type: memory.readStringOrNull(c.sqlite3_column_decltype(this.#handle, column)),
    }))
  }

  #toggleShape(shape: Exclude<Shape, 'flat'>, toggle: readonly unknown[]): this {
    if (!this.reader) throw new TypeError(`The ${shape}() method is only for statements that return data`)
    this.#connection.requireNotBusy()
    this.#requireNotLocked()
    if (isOn(toggle)) this.#rows.shape = shape
    else if (this.#rows.shape === shape) this.#rows.shape = 'flat'
    return this
  }

  /** For what reads rows. */
  #begin(params: readonly unknown[]): void {
    if (!this.reader) throw new TypeError('This statement does not return data. Use run() instead')
    this.#requireIdle()
    this.#take(params)
  }

  #take(params: readonly unknown[]): void {
    if (!this.#bound) this.#bind(params)
    else if (params.length > 0) throw new TypeError('This statement already has bound parameters')
  }

  #bind(params: readonly unknown[]): void {
    this.#parameters ??= new Parameters(this.#library, this.#handle)
    if (params.length > 0 || this.#parameters.count > 0) this.#parameters.bind(params)
  }

  #requireIdle(): void {
    this.#connection.requireOpen()
    this.#connection.requireNotBusy()
    this.#requireNotLocked()
  }

  #requireNotLocked(): void {
    if (this.#locked) throw new TypeError('This statement is busy executing a query')
  }
}

function isOn(toggles: readonly unknown[]): boolean {
  if (toggles.length === 0) return true
  const [toggle] = toggles
  if (typeof toggle !== 'boolean') throw new TypeError('Expected first argument to be a boolean')
  return toggle
}
