/**
 * Rows of a statement in the four shapes of better-sqlite3: objects, first values, objects by table, arrays.
 */
import type { Library, Pointer } from './library.ts'
import { readColumn } from './values.ts'

export type Shape = 'flat' | 'pluck' | 'expand' | 'raw'

/** How often SQLite has prepared a statement anew by itself, because definitions had changed. */
const REPREPARED = 5

export class Rows {
  shape: Shape = 'flat'
  safeIntegers = false
  readonly #library: Library
  readonly #statement: Pointer
  #names: readonly string[] | undefined
  #tables: readonly string[] | undefined
  #reprepared = 0

  constructor(library: Library, statement: Pointer) {
    this.#library = library
    this.#statement = statement
  }

  /** To be called with the first row of an execution: the columns may be others than at the one before. */
  begin(): void {
    const reprepared = this.#library.c.sqlite3_stmt_status(this.#statement, REPREPARED, 0)
    if (reprepared === this.#reprepared) return
    this.#reprepared = reprepared
    this.#names = undefined
    this.#tables = undefined
  }

  /** The row the statement has stepped to. */
  read(): unknown {
    switch (this.shape) {
      case 'pluck':
        return this.#value(0)
      case 'raw':
        return this.#columnNames().map((_, column) => this.#value(column))
      case 'expand':
        return this.#readByTable()
      default:
        return this.#readFlat()
    }
  }

  #readFlat(): Record<string, unknown> {
    const names = this.#columnNames()
    const row: Record<string, unknown> = {}
    for (let column = 0; column < names.length; column++) row[names[column]!] = this.#value(column)
    return row
  }

  #readByTable(): Record<string, Record<string, unknown>> {
    const { c, memory } = this.#library
    const names = this.#columnNames()
    this.#tables ??= names.map(
      (_, column) => memory.readStringOrNull(c.sqlite3_column_table_name(this.#statement, column)) ?? '$',
    )
    const row: Record<string, Record<string, unknown>> = {}
    for (let column = 0; column < names.length; column++) {
      const table = this.#tables[column]!
      row[table] ??= {}
      row[table][names[column]!] = this.#value(column)
    }
    return row
  }

  #value(column: number): unknown {
    return readColumn(this.#library, this.#statement, column, this.safeIntegers)
  }

  #columnNames(): readonly string[] {
    if (this.#names !== undefined) return this.#names
    const { c, memory } = this.#library
    const count = c.sqlite3_column_count(this.#statement)
    this.#names = Array.from({ length: count }, (_, column) =>
      memory.readString(c.sqlite3_column_name(this.#statement, column)),
    )
    return this.#names
  }
}
