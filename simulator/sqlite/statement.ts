/**
 * A prepared statement as better-sqlite3's `Statement`, with a site before and after each execution.
 */
import type BetterSqlite3 from 'better-sqlite3'
import {
  type Connection,
  EXPAND,
  FLAT,
  PLUCK,
  RAW,
  SAFE_INTEGERS,
  type StatementFacts,
} from './connection.ts'
import type { SimulatedDatabase } from './database.ts'
import type { EngineStatement } from './engine.ts'
import type { Session } from './session.ts'
import type { SqlStatement } from './sql.ts'

export class SimulatedStatement implements BetterSqlite3.Statement<unknown[], unknown> {
  readonly #session: Session
  readonly #parsed: SqlStatement
  readonly #facts: StatementFacts
  #mode: number
  #compiled: EngineStatement | undefined
  /** The connection `#compiled` was prepared on. */
  #on: Connection | undefined
  /** A statement of its own, once parameters are bound for good. */
  #bound: EngineStatement | undefined
  #iterating = false

  constructor(
    readonly database: SimulatedDatabase,
    session: Session,
    readonly source: string,
    parsed: SqlStatement,
    facts: StatementFacts,
    mode: number,
  ) {
    this.#session = session
    this.#parsed = parsed
    this.#facts = facts
    this.#mode = mode
  }

  get reader(): boolean {
    return this.#facts.reader
  }

  get readonly(): boolean {
    return this.#facts.readonly
  }

  get busy(): boolean {
    return this.#iterating
  }

  run(...params: unknown[]): BetterSqlite3.RunResult {
    const session = this.#session
    const parsed = this.#parsed
    if (!session.usable) session.refuse()
    if (parsed.kind !== 'write') return this.#runOther(params)
    const strike = session.visit(parsed.operation)
    session.lockForWrite(parsed.operation)
    const statement =
      this.#on === session.stored.connection ? this.#compiled! : this.#compile(session.stored.connection)
    let result: BetterSqlite3.RunResult
    try {
      result = statement.run(...params)
    } catch (error) {
      throw session.failed(parsed.operation, error)
    }
    if (result.changes > 0) session.wrote(parsed, result.changes)
    if (strike !== undefined) session.runtime.leave(strike)
    return result
  }

  get(...params: unknown[]): unknown {
    return this.#query(params, false)
  }

  all(...params: unknown[]): unknown[] {
    return this.#query(params, true) as unknown[]
  }

  /** Rows of a statement that writes (RETURNING) are collected at once: SQLite has written them all by the first row. */
  iterate(...params: unknown[]): IterableIterator<unknown> {
    const session = this.#session
    const parsed = this.#parsed
    if (!session.usable) session.refuse()
    if (parsed.kind !== 'read') return this.all(...params)[Symbol.iterator]()
    const strike = session.visit(parsed.operation)
    const connection = session.lockForRead(parsed.operation)
    const statement = this.#statementOn(connection)
    const rows = statement.iterate(...params)
    const { stored } = session
    const own = connection === stored.connection
    this.#iterating = true
    if (own) {
      stored.iterating++
      stored.pinned = true
    }
    let open = true
    const iterator = {
      close: () => {
        if (!open) return
        open = false
        this.#iterating = false
        session.iterators.delete(iterator)
        if (own) stored.iterating--
        rows.return?.()
      },
      finish: (): IteratorResult<unknown> => {
        const wasOpen = open
        iterator.close()
        if (wasOpen && strike !== undefined) session.runtime.leave(strike)
        return { done: true, value: undefined }
      },
      next: (): IteratorResult<unknown> => {
        if (!open) {
          if (!session.usable) session.refuse()
          return { done: true, value: undefined }
        }
        const row = rows.next()
        return row.done === true ? iterator.finish() : row
      },
      return: (): IteratorResult<unknown> => iterator.finish(),
      [Symbol.iterator]() {
        return iterator
      },
    }
    session.iterators.add(iterator)
    return iterator
  }

  pluck(toggle?: boolean): this {
    return this.#shape('pluck', PLUCK, toggle)
  }

  expand(toggle?: boolean): this {
    return this.#shape('expand', EXPAND, toggle)
  }

  raw(toggle?: boolean): this {
    return this.#shape('raw', RAW, toggle)
  }

  safeIntegers(toggle = true): this {
    if (typeof toggle !== 'boolean') throw new TypeError('Expected first argument to be a boolean')
    this.#setMode(toggle ? this.#mode | SAFE_INTEGERS : this.#mode & ~SAFE_INTEGERS)
    this.#bound?.safeIntegers(toggle)
    return this
  }

  bind(...params: unknown[]): this {
    if (!this.#session.usable) this.#session.refuse()
    if (this.#bound !== undefined) {
      throw new TypeError('The bind() method can only be invoked once per statement object')
    }
    const statement = this.#session.stored.connection.prepareIn(this.source, this.#mode)
    statement.bind(...params)
    this.#session.stored.pinned = true
    this.#bound = statement
    this.#on = undefined
    return this
  }

  columns(): BetterSqlite3.ColumnDefinition[] {
    if (!this.#session.usable) this.#session.refuse()
    return this.#statementOn(this.#session.stored.connection).columns()
  }

  #query(params: unknown[], all: boolean): unknown {
    const session = this.#session
    const parsed = this.#parsed
    if (!session.usable) session.refuse()
    if (parsed.kind !== 'read') return this.#queryOther(params, all)
    const strike = session.visit(parsed.operation)
    const connection = session.lockForRead(parsed.operation)
    const statement =
      this.#on === connection && session.stored.iterating === 0
        ? this.#compiled!
        : this.#statementOn(connection)
    let result: unknown
    try {
      result = all ? statement.all(...params) : statement.get(...params)
    } catch (error) {
      throw session.failed(parsed.operation, error)
    }
    if (strike !== undefined) session.runtime.leave(strike)
    return result
  }

  /** RETURNING, pragmas, and what returns no rows and is refused by the engine. */
  #queryOther(params: unknown[], all: boolean): unknown {
    const session = this.#session
    const parsed = this.#parsed
    const { stored } = session
    if (!this.#facts.reader) {
      throw new TypeError('This statement does not return data. Use run() instead')
    }
    if (parsed.kind !== 'write') {
      if (parsed.kind === 'pragma' && parsed.assigns) return this.#setPragma(all)
      stored.connection.noteDefinition()
      const statement = this.#statementOn(stored.connection)
      return all ? statement.all(...params) : statement.get(...params)
    }
    const strike = session.visit(parsed.operation)
    session.lockForWrite(parsed.operation)
    const { connection } = stored
    const statement = this.#statementOn(connection)
    const before = connection.totalChanges
    let result: unknown
    try {
      result = all ? statement.all(...params) : statement.get(...params)
    } catch (error) {
      throw session.failed(parsed.operation, error)
    }
    const changes = connection.totalChanges - before
    if (changes > 0) session.wrote(parsed, changes)
    if (strike !== undefined) session.runtime.leave(strike)
    return result
  }

  #setPragma(all: boolean): unknown {
    const rows = this.database.pragma(this.#parsed.text.slice('PRAGMA'.length).trim()) as Record<
      string,
      unknown
    >[]
    const shaped = (this.#mode & 3) === PLUCK ? rows.map(row => Object.values(row)[0]) : rows
    return all ? shaped : shaped[0]
  }

  #runOther(params: unknown[]): BetterSqlite3.RunResult {
    const session = this.#session
    const parsed = this.#parsed
    switch (parsed.kind) {
      case 'define':
        session.define([parsed])
        return NOTHING_CHANGED
      case 'read': {
        const strike = session.visit(parsed.operation)
        const result = this.#statementOn(session.lockForRead(parsed.operation)).run(...params)
        if (strike !== undefined) session.runtime.leave(strike)
        return result
      }
      case 'other':
        session.stored.connection.noteDefinition()
        return this.#statementOn(session.stored.connection).run(...params)
      case 'pragma':
        if (this.#facts.reader) {
          session.stored.connection.noteDefinition()
          return this.#statementOn(session.stored.connection).run(...params)
        }
        this.database.pragma(parsed.text.slice('PRAGMA'.length).trim())
        return NOTHING_CHANGED
      default:
        session.control(parsed)
        return NOTHING_CHANGED
    }
  }

  #shape(method: string, shape: number, toggle = true): this {
    if (!this.#facts.reader) {
      throw new TypeError(`The ${method}() method is only for statements that return data`)
    }
    if (typeof toggle !== 'boolean') throw new TypeError('Expected first argument to be a boolean')
    const present = this.#mode & 3
    const next = toggle ? shape : present === shape ? FLAT : present
    this.#setMode((this.#mode & SAFE_INTEGERS) | next)
    if (this.#bound !== undefined) {
      if (shape === PLUCK) this.#bound.pluck(toggle)
      else if (shape === EXPAND) this.#bound.expand(toggle)
      else this.#bound.raw(toggle)
    }
    return this
  }

  #setMode(mode: number): void {
    this.#mode = mode
    this.#on = undefined
  }

  /** The statement to execute; one of its own while the shared one is in the middle of an iteration. */
  #statementOn(connection: Connection): EngineStatement {
    const statement = this.#on === connection ? this.#compiled! : this.#compile(connection)
    if (!statement.busy) return statement
    if (this.#iterating) throw new TypeError('This statement is busy executing a query')
    return connection.prepareIn(this.source, this.#mode)
  }

  #compile(connection: Connection): EngineStatement {
    this.#compiled = this.#bound ?? connection.statement(this.source, this.#mode)
    this.#on = connection
    return this.#compiled
  }
}

const NOTHING_CHANGED: BetterSqlite3.RunResult = Object.freeze({ changes: 0, lastInsertRowid: 0 })
