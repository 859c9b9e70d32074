/**
 * A handle on a database as better-sqlite3's `Database`, with a site before and after each statement and commit.
 */
import type BetterSqlite3 from 'better-sqlite3'
import type { FunctionDefinition } from './connection.ts'
import { SAFE_INTEGERS } from './connection.ts'
import type { SqlFunction } from './engine.ts'
import type { Session } from './session.ts'
import { parseSql, type SqlStatement } from './sql.ts'
import { SimulatedStatement } from './statement.ts'
import { wrapTransaction } from './transaction.ts'
import { unsupported } from './unsupported.ts'

export class SimulatedDatabase implements BetterSqlite3.Database {
  readonly memory = true
  readonly name = ':memory:'
  /** The mode of statements to come: SAFE_INTEGERS or 0. */
  #defaultMode = 0
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  get open(): boolean {
    return this.#session.open
  }

  get readonly(): boolean {
    return this.#session.readonly
  }

  get inTransaction(): boolean {
    return this.#session.inTransaction
  }

  // The conditional return type cannot be resolved here; callers see better-sqlite3's own signature.
  prepare(source: string): never {
    if (!this.#session.usable) this.#session.refuse()
    if (typeof source !== 'string') throw new TypeError('Expected first argument to be a string')
    const statements = parseSql(source)
    const [statement] = statements
    if (statement === undefined) throw new RangeError('The supplied SQL string contains no statements')
    if (statements.length > 1)
      throw new RangeError('The supplied SQL string contains more than one statement')
    if (statement.kind === 'unsupported') throw unsupported(statement.operation)
    if (statement.needsOwnTransaction && statement.kind !== 'define')
      this.#session.stored.requireOwnTransactions()
    const facts = this.#session.attempt(statement, () => this.#session.stored.facts(source))
    return new SimulatedStatement(this, this.#session, source, statement, facts, this.#defaultMode) as never
  }

  exec(source: string): this {
    if (!this.#session.usable) this.#session.refuse()
    if (typeof source !== 'string') throw new TypeError('Expected first argument to be a string')
    const statements = parseSql(source)
    for (const { kind, operation } of statements) if (kind === 'unsupported') throw unsupported(operation)
    for (let index = 0; index < statements.length; index++) {
      if (statements[index]!.kind !== 'define') {
        this.#execOne(statements[index]!)
        continue
      }
      // A block of definitions is one place where a crash can strike, or every start would be full of them.
      let end = index + 1
      while (statements[end]?.kind === 'define') end++
      this.#session.define(statements.slice(index, end))
      index = end - 1
    }
    return this
  }

  transaction<F extends (...params: never[]) => unknown>(action: F): never {
    return wrapTransaction(this, this.#session, action) as never
  }

  pragma(source: string, options?: BetterSqlite3.PragmaOptions): unknown {
    if (!this.#session.usable) this.#session.refuse()
    if (typeof source !== 'string') throw new TypeError('Expected first argument to be a string')
    const [statement] = parseSql(`PRAGMA ${source}`)
    if (statement?.assigns === true) this.#session.lockForPragma(statement)
    const rows = this.#session.attempt(statement!, () =>
      this.#session.stored.pragma(source, statement!),
    ) as Record<string, unknown>[]
    if (options?.simple !== true) return rows
    return rows.length === 0 ? undefined : Object.values(rows[0]!)[0]
  }

  function(
    name: string,
    optionsOrFunction: BetterSqlite3.RegistrationOptions | SqlFunction,
    implementation?: SqlFunction,
  ): this {
    if (!this.#session.usable) this.#session.refuse()
    const options = typeof optionsOrFunction === 'function' ? {} : (optionsOrFunction ?? {})
    const run = typeof optionsOrFunction === 'function' ? optionsOrFunction : implementation
    if (typeof name !== 'string') throw new TypeError('Expected first argument to be a string')
    if (typeof run !== 'function') throw new TypeError('Expected last argument to be a function')
    if (typeof options !== 'object') throw new TypeError('Expected second argument to be an options object')
    const definition: FunctionDefinition = {
      name,
      arity: run.length,
      varargs: options.varargs === true,
      deterministic: options.deterministic === true,
      directOnly: options.directOnly === true,
      safeIntegers: options.safeIntegers,
    }
    this.#session.stored.defineFunction(`function ${JSON.stringify(definition)}`, definition, run)
    return this
  }

  defaultSafeIntegers(toggle = true): this {
    this.#defaultMode = toggle ? SAFE_INTEGERS : 0
    return this
  }

  close(): this {
    if (this.open) this.#session.close()
    return this
  }

  loadExtension(): never {
    throw unsupported('loadExtension')
  }
  backup(): never {
    throw unsupported('backup')
  }
  serialize(): never {
    throw unsupported('serialize')
  }
  unsafeMode(): never {
    throw unsupported('unsafeMode')
  }
  aggregate(): never {
    throw unsupported('aggregate')
  }
  table(): never {
    throw unsupported('table')
  }

  #execOne(statement: SqlStatement): void {
    switch (statement.kind) {
      case 'write': {
        const strike = this.#session.visit(statement.operation)
        this.#session.lockForWrite(statement.operation)
        const { connection } = this.#session.stored
        if (statement.needsOwnTransaction) this.#session.stored.requireOwnTransactions()
        const before = connection.totalChanges
        this.#session.attempt(statement, () => connection.physical.exec(statement.text))
        const changes = connection.totalChanges - before
        if (changes > 0) this.#session.wrote(statement, changes)
        if (strike !== undefined) this.#session.runtime.leave(strike)
        return
      }
      case 'read': {
        const strike = this.#session.visit(statement.operation)
        const connection = this.#session.lockForRead(statement.operation)
        this.#session.attempt(statement, () => connection.physical.exec(statement.text))
        if (strike !== undefined) this.#session.runtime.leave(strike)
        return
      }
      case 'pragma':
        this.pragma(statement.text.slice('PRAGMA'.length).trim())
        return
      case 'other': {
        if (statement.needsOwnTransaction) this.#session.stored.requireOwnTransactions()
        const { connection } = this.#session.stored
        connection.noteDefinition()
        this.#session.attempt(statement, () => connection.physical.exec(statement.text))
        return
      }
      default:
        this.#session.control(statement)
    }
  }
}
