/**
 * One database of a run: its physical connection, and who holds which lock on it.
 *
 * All handles share the connection, so the locks of SQLite's rollback-journal mode are kept here: one writer at a
 * time, a commit waits for readers (it fails with SQLITE_BUSY, as with a busy timeout of 0). Who reads while another
 * handle's transaction is open sees the state before that transaction.
 */
import { Connection, type FunctionDefinition, type StatementFacts } from './connection.ts'
import type { SqlFunction } from './engine.ts'
import { type DatabasePool, keyOf, perform, type SetupState, type SetupStep } from './pool.ts'
import type { SqlStatement } from './sql.ts'
import { unsupported } from './unsupported.ts'
import type { SqlEnvironment } from './world-functions.ts'

export class StoredDatabase {
  /** The handle whose transaction is open on the connection. */
  holder: object | undefined
  /** Handles that have read in a transaction of theirs and not written. */
  readers = 0
  /** Something depends on this very connection: a bound statement, an iterator. */
  pinned = false
  sealed = false
  /** Iterators in progress on the connection. */
  iterating = 0
  #connection: Connection | undefined
  /** Undefined once the database has gone a way that cannot be repeated; its connection is not kept. */
  #state: SetupState | undefined
  #ownTransactions = false
  #definedInTransaction = false
  #beforeTransaction: Uint8Array | undefined
  #past: Connection | undefined
  readonly #functions = new Map<string, SqlFunction>()
  /** Repeatable definitions that this run has already been through. */
  readonly #defined = new Set<string>()

  constructor(
    readonly name: string,
    readonly pool: DatabasePool,
    readonly environment: SqlEnvironment,
    image?: Uint8Array,
  ) {
    this.#state = pool.empty
    if (image === undefined) return
    this.#state = undefined
    this.#connection = this.#adopt(new Connection(pool.engine, image))
  }

  /** Stays the same from the first write on; before that it may be exchanged for one further set up. */
  get connection(): Connection {
    this.#connection ??= this.#adopt(this.pool.take(this.#state!))
    return this.#connection
  }

  facts(sql: string): StatementFacts {
    if (this.#connection === undefined) {
      const known = this.#state!.facts.get(sql)
      if (known !== undefined) return known
    }
    const facts = this.connection.facts(sql)
    if (!this.sealed && this.#state !== undefined && this.#state.facts.size < 1000)
      this.#state.facts.set(sql, facts)
    return facts
  }

  /** To be called before the first write. */
  seal(): void {
    if (this.sealed) return
    this.connection.seal(this.#ownTransactions || (this.#state?.ownTransactions ?? true))
    this.sealed = true
  }

  /** Nothing would change: a restarted service repeats its CREATE TABLE IF NOT EXISTS. */
  isDefined(sql: string): boolean {
    return this.#defined.has(sql)
  }

  /** Definitions outside any transaction: part of the set-up as long as nothing has been written. */
  define(sql: string, repeatable: boolean, needsOwnTransaction: boolean): void {
    if (this.sealed) this.defineInTransaction(sql, needsOwnTransaction)
    else this.#advance({ kind: 'exec', sql }, needsOwnTransaction)
    if (repeatable) this.#defined.add(sql)
    else this.#defined.clear()
  }

  defineInTransaction(sql: string, needsOwnTransaction: boolean): void {
    if (needsOwnTransaction) this.requireOwnTransactions()
    this.connection.noteDefinition()
    this.connection.physical.exec(sql)
    this.connection.forgetStatements()
    this.#defined.clear()
    if (this.holder !== undefined) this.#definedInTransaction = true
  }

  /** Definitions may have been rolled back: what was prepared since may be wrong now. */
  rolledBack(): void {
    if (this.#definedInTransaction) this.connection.forgetStatements()
  }

  pragma(source: string, statement: SqlStatement): unknown[] {
    // Even one that only asks may define something: `PRAGMA optimize` makes tables for its statistics.
    this.#connection?.noteDefinition()
    if (!statement.assigns) return this.connection.physical.pragma(source)
    if (!this.sealed)
      return this.#advance({ kind: 'pragma', source }, statement.name === 'defer_foreign_keys')
    if (!HEADER_PRAGMAS.has(statement.name)) {
      // Inside a transaction, and so inside the outer one, SQLite ignores most settings.
      if (this.holder === undefined) this.requireOwnTransactions()
      this.#state = undefined
    }
    return this.connection.physical.pragma(source)
  }

  defineFunction(key: string, definition: FunctionDefinition, implementation: SqlFunction): void {
    this.#functions.set(key, implementation)
    if (!this.sealed) this.#advance({ kind: 'function', key, definition }, false)
    else if (this.connection.defineFunction(key, definition)) this.#state = undefined
  }

  /** For statements that end or outlast the innermost transaction. */
  requireOwnTransactions(): void {
    this.#ownTransactions = true
    if (!this.sealed || !this.connection.layered) return
    if (this.holder !== undefined) throw unsupported('or rollback in a transaction')
    this.connection.unlayer()
  }

  /** @param keepPast whether others may come to read before it ends */
  begin(holder: object, keepPast: boolean): void {
    this.seal()
    this.#beforeTransaction = keepPast ? this.connection.physical.serialize() : undefined
    this.connection.begin()
    this.holder = holder
  }

  /** The transaction is over, committed or rolled back. */
  end(): void {
    this.holder = undefined
    this.#definedInTransaction = false
    this.#beforeTransaction = undefined
    this.#past?.physical.close()
    this.#past = undefined
  }

  /** The state before the open transaction; undefined if it began in the middle of this synchronous stretch. */
  get past(): Connection | undefined {
    if (this.#beforeTransaction === undefined) return undefined
    if (this.#past === undefined) {
      this.#past = this.#adopt(new Connection(this.pool.engine, this.#beforeTransaction))
      for (const [key, definition] of this.connection.definitions) this.#past.defineFunction(key, definition)
    }
    return this.#past
  }

  /** As it stands, without a transaction that is still open. */
  snapshot(): Uint8Array {
    if (this.holder === undefined) return this.connection.physical.serialize()
    if (this.#beforeTransaction !== undefined) return this.#beforeTransaction
    throw new Error(`${this.name} is in the middle of a transaction`)
  }

  /** The run is over. */
  release(): void {
    const connection = this.#connection
    this.#connection = undefined
    if (this.holder !== undefined) this.end()
    if (connection === undefined) return
    if (connection.reset() && this.#state !== undefined) this.pool.giveBack(this.#state, connection)
    else connection.physical.close()
  }

  #advance(step: SetupStep, ownTransactions: boolean): unknown[] {
    const known = this.#state?.next.get(keyOf(step))
    if (known !== undefined && (this.#connection === undefined || (known.idle.length > 0 && !this.pinned))) {
      if (this.#connection !== undefined) this.pool.giveBack(this.#state!, this.#connection)
      this.#connection = undefined
      this.#state = known
      return known.result
    }
    const { connection } = this
    const from = this.#state
    // Should the step fail half-way, the connection is in no state that could be told.
    this.#state = undefined
    const result = perform(connection, step)
    connection.forgetStatements()
    if (from !== undefined) this.#state = this.pool.learn(from, step, result, ownTransactions)
    return result
  }

  #adopt(connection: Connection): Connection {
    connection.environment = this.environment
    connection.implementations = this.#functions
    return connection
  }
}

/** Written to the database header like a row, so a transaction covers them. */
const HEADER_PRAGMAS = new Set(['user_version', 'application_id'])
