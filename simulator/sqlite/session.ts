/**
 * What a handle does on its database: visits sites, takes locks, keeps the transaction, and writes all of it down.
 */

import { ProcessCrashed } from '#simulator/world/errors.ts'
import type { Fault, ProcessHandle, Runtime, Strike } from '#simulator/world/runtime.ts'
import type { Connection } from './connection.ts'
import type { DatabaseRecord } from './records.ts'
import type { SqlStatement } from './sql.ts'
import type { StoredDatabase } from './stored-database.ts'

/** Faults over a window of time that strike every write of a service; the server keeps them up to date. */
export interface WriteWindows {
  busy: boolean
  full: boolean
}

/** What a handle's transaction has come to. A deferred one takes no lock before its first statement. */
const NONE = 0
const BEGUN = 1
const READING = 2
const WRITING = 3

const STATEMENT_FAULTS = ['error'] as const

interface Savepoint {
  readonly name: string
  readonly writes: number
  readonly changes: number
}

export class Session {
  open = true
  /** False when any use must be refused: closed, process dead, run over. */
  usable = true
  readonly iterators = new Set<{ close(): void }>()
  #level = NONE
  /** It was begun by `transaction()`, which cannot be interrupted. */
  #synchronous = false
  #writeAttempted = false
  #writes: string[] = []
  #changes = 0
  #savepoints: Savepoint[] = []
  #begunBySavepoint = false

  constructor(
    readonly stored: StoredDatabase,
    readonly runtime: Runtime,
    /** Whose it is; without a process there are no sites and no faults. */
    readonly process: ProcessHandle | undefined,
    readonly windows: WriteWindows,
    readonly readonly: boolean,
  ) {}

  get inTransaction(): boolean {
    return this.#level !== NONE
  }

  refuse(): never {
    if (!this.open) throw new TypeError('The database connection is not open')
    throw new ProcessCrashed(
      this.process?.name ?? 'the run',
      `a use of the database ${this.stored.name} after its end`,
    )
  }

  /** Visits the statement's site. @throws ProcessCrashed, or the error of a planned fault */
  visit(operation: string): Strike | undefined {
    if (this.process === undefined) return undefined
    const strike = this.runtime.visit(operation, this.runtime.context.subject, STATEMENT_FAULTS)
    if (strike.faults.length > 0) this.#strikeWith(strike.faults, operation)
    return strike
  }

  /** Where to read from: the connection, or what was there before another handle's open transaction. */
  lockForRead(operation: string): Connection {
    const { stored } = this
    if (stored.holder !== undefined && stored.holder !== this) {
      const { past } = stored
      if (past === undefined) throw this.#error('database is locked', 'SQLITE_BUSY', operation)
      return past
    }
    if (this.#level === BEGUN) {
      this.#level = READING
      stored.readers++
    }
    return stored.connection
  }

  lockForWrite(operation: string): void {
    const { stored, windows } = this
    if (windows.busy) throw this.#error('database is locked', 'SQLITE_BUSY', operation)
    if (windows.full) throw this.#error('database or disk is full', 'SQLITE_FULL', operation)
    if (this.#level === WRITING) {
      this.#writeAttempted = true
      return
    }
    if (this.readonly) throw this.#error('attempt to write a readonly database', 'SQLITE_READONLY', operation)
    if (stored.holder !== undefined || this.#othersIterate()) {
      throw this.#error('database is locked', 'SQLITE_BUSY', operation)
    }
    if (this.#level === NONE) {
      if (stored.readers > 0) throw this.#error('database is locked', 'SQLITE_BUSY', operation)
      stored.seal()
      return
    }
    this.#beginPhysically()
    this.#writeAttempted = true
  }

  /** Rows were changed. Outside a transaction that is a commit already. */
  wrote(statement: SqlStatement, changes: number): void {
    if (this.#level === NONE) {
      this.#record(
        { kind: 'db.commit', database: this.stored.name, writes: [statement.operation], changes },
        true,
      )
      return
    }
    this.#writes.push(statement.operation)
    this.#changes += changes
  }

  /** Notes an error of the engine in the trace. @returns the error, to be thrown */
  failed(operation: string, error: unknown): unknown {
    if (!this.stored.pool.engine.isError(error)) return error
    this.#record(
      { kind: 'db.error', database: this.stored.name, statement: operation, code: error.code },
      false,
    )
    // Some errors make SQLite roll the transaction back by itself, e.g. INSERT OR ROLLBACK.
    if (this.#level === WRITING && !this.stored.connection.physical.inTransaction) this.#endTransaction(false)
    return error
  }

  define(statements: readonly SqlStatement[]): void {
    const { operation } = statements[0]!
    const strike = this.visit(operation)
    const sql = statements.length === 1 ? statements[0]!.text : statements.map(({ text }) => text).join(';\n')
    if (this.#level !== NONE || !this.stored.isDefined(sql)) this.#defineNow(statements, sql)
    if (strike !== undefined) this.runtime.leave(strike)
  }

  #defineNow(statements: readonly SqlStatement[], sql: string): void {
    this.lockForDefinition(statements[0]!.operation)
    const needsOwnTransaction = statements.some(statement => statement.needsOwnTransaction)
    this.attempt(statements[0]!, () => {
      if (this.#level === NONE) {
        const repeatable = statements.every(statement => statement.repeatable)
        this.stored.define(sql, repeatable, needsOwnTransaction)
      } else {
        this.stored.defineInTransaction(sql, needsOwnTransaction)
      }
    })
  }

  /** BEGIN, COMMIT, SAVEPOINT and their kind, as SQL. */
  control(statement: SqlStatement): void {
    if (!this.usable) this.refuse()
    switch (statement.kind) {
      case 'begin':
        this.begin(statement.name, false)
        break
      case 'commit':
        this.commit()
        break
      case 'rollback':
        this.rollback()
        break
      case 'savepoint':
        this.savepoint(statement.name, statement.text)
        break
      case 'release':
        this.releaseSavepoint(statement.name, statement.text)
        break
      case 'rollback-to':
        this.rollbackTo(statement.name, statement.text)
        break
    }
  }

  begin(mode: string, synchronous: boolean): void {
    if (!this.usable) this.refuse()
    if (this.#level !== NONE) {
      throw this.#error('cannot start a transaction within a transaction', 'SQLITE_ERROR', 'begin')
    }
    this.#synchronous = synchronous
    if (mode !== 'immediate' && mode !== 'exclusive') {
      this.#level = BEGUN
      return
    }
    const held = this.stored.holder !== undefined || this.windows.busy || this.#othersIterate()
    if (held || (mode === 'exclusive' && this.stored.readers > 0)) {
      throw this.#error('database is locked', 'SQLITE_BUSY', `begin ${mode}`)
    }
    if (this.readonly)
      throw this.#error('attempt to write a readonly database', 'SQLITE_READONLY', `begin ${mode}`)
    this.#beginPhysically()
  }

  commit(): void {
    if (!this.usable) this.refuse()
    if (this.#level === NONE) {
      throw this.#error('cannot commit - no transaction is active', 'SQLITE_ERROR', 'commit')
    }
    if (!this.#writeAttempted) {
      this.#endTransaction(true)
      return
    }
    const strike = this.visit('commit')
    if (this.windows.busy || this.stored.readers > 0 || this.#othersIterate()) {
      throw this.#error('database is locked', 'SQLITE_BUSY', 'commit')
    }
    if (this.windows.full) throw this.#error('database or disk is full', 'SQLITE_FULL', 'commit')
    this.#endTransaction(true)
    if (strike !== undefined) this.runtime.leave(strike)
  }

  rollback(): void {
    if (!this.usable) this.refuse()
    if (this.#level === NONE) {
      throw this.#error('cannot rollback - no transaction is active', 'SQLITE_ERROR', 'rollback')
    }
    this.#endTransaction(false)
  }

  savepoint(name: string, sql: string): void {
    if (!this.usable) this.refuse()
    if (this.#level === NONE) {
      this.begin('deferred', false)
      this.#begunBySavepoint = true
    }
    if (this.#level !== WRITING) {
      if (this.stored.holder !== undefined)
        throw this.#error('database is locked', 'SQLITE_BUSY', 'savepoint')
      this.#beginPhysically()
    }
    this.stored.connection.physical.exec(sql)
    this.#savepoints.push({ name, writes: this.#writes.length, changes: this.#changes })
  }

  releaseSavepoint(name: string, sql: string): void {
    if (!this.usable) this.refuse()
    const index = this.#findSavepoint(name, 'release')
    if (index === 0 && this.#begunBySavepoint) {
      this.commit()
      return
    }
    this.stored.connection.physical.exec(sql)
    this.#savepoints.length = index
  }

  rollbackTo(name: string, sql: string): void {
    if (!this.usable) this.refuse()
    const index = this.#findSavepoint(name, 'rollback')
    this.stored.connection.physical.exec(sql)
    this.stored.rolledBack()
    const savepoint = this.#savepoints[index]!
    this.#savepoints.length = index + 1
    this.#writes.length = savepoint.writes
    this.#changes = savepoint.changes
  }

  /** The process has died or the run is over: what was not committed never happened. */
  abandon(silently = false): void {
    this.usable = false
    for (const iterator of [...this.iterators]) iterator.close()
    if (silently) this.#writes.length = 0
    if (this.#level !== NONE) this.#endTransaction(false)
  }

  lockForDefinition(operation: string): void {
    // The first definitions must not seal the database: they are what it is kept by.
    if (this.#level !== NONE || this.stored.sealed) this.lockForWrite(operation)
    else if (this.readonly)
      throw this.#error('attempt to write a readonly database', 'SQLITE_READONLY', operation)
    else if (this.windows.busy) throw this.#error('database is locked', 'SQLITE_BUSY', operation)
    else if (this.windows.full) throw this.#error('database or disk is full', 'SQLITE_FULL', operation)
  }

  lockForPragma(statement: SqlStatement): void {
    if (this.readonly) throw this.#error('attempt to write a readonly database', 'SQLITE_READONLY', 'pragma')
    if (statement.name === 'user_version') this.lockForDefinition('pragma')
  }

  attempt<T>(statement: SqlStatement, action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw this.failed(statement.operation, error)
    }
  }

  close(): void {
    if (this.iterators.size > 0) throw new TypeError('This database connection is busy executing a query')
    if (this.#level !== NONE) this.#endTransaction(false)
    this.open = false
    this.usable = false
  }

  #othersIterate(): boolean {
    return this.stored.iterating > this.iterators.size
  }

  #beginPhysically(): void {
    const { stored } = this
    if (this.#level === READING) stored.readers--
    stored.begin(this, !this.#synchronous)
    this.#level = WRITING
  }

  /** Commits or rolls back, and writes down what came of it. */
  #endTransaction(commit: boolean): void {
    const { stored } = this
    if (this.#level === WRITING) {
      if (commit) {
        try {
          stored.connection.commit()
        } catch (error) {
          throw this.failed('commit', error)
        }
      } else {
        stored.connection.rollback()
        stored.rolledBack()
      }
      stored.end()
    } else if (this.#level === READING) {
      stored.readers--
    }
    const writes = this.#writes
    const changes = this.#changes
    this.#level = NONE
    this.#writeAttempted = false
    this.#begunBySavepoint = false
    this.#writes = []
    this.#changes = 0
    this.#savepoints.length = 0
    if (writes.length === 0) return
    if (commit) this.#record({ kind: 'db.commit', database: stored.name, writes, changes }, true)
    else this.#record({ kind: 'db.rollback', database: stored.name, writes }, false)
  }

  #findSavepoint(name: string, operation: string): number {
    for (let index = this.#savepoints.length - 1; index >= 0; index--) {
      if (this.#savepoints[index]!.name === name) return index
    }
    throw this.#error(`no such savepoint: ${name}`, 'SQLITE_ERROR', operation)
  }

  #strikeWith(faults: readonly Fault[], operation: string): void {
    for (const fault of faults) {
      if (fault.kind !== 'error') continue
      const { message, code } = FAULT_ERRORS[fault.when ?? 'busy'] ?? FAULT_ERRORS.busy!
      throw this.#error(message, code, operation)
    }
  }

  #error(message: string, code: string, operation: string): Error {
    this.#record({ kind: 'db.error', database: this.stored.name, statement: operation, code }, false)
    return this.stored.pool.engine.error(message, code)
  }

  #record(record: DatabaseRecord, effect: boolean): void {
    const process = this.process
    this.runtime.record(record, process === undefined ? { effect } : { effect, process: process.name })
  }
}

/** What the fault `error` says at a database site, by its `when`. */
const FAULT_ERRORS: Readonly<Record<string, { message: string; code: string }>> = {
  busy: { message: 'database is locked', code: 'SQLITE_BUSY' },
  full: { message: 'database or disk is full', code: 'SQLITE_FULL' },
  io: { message: 'disk I/O error', code: 'SQLITE_IOERR' },
}
