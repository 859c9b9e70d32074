/**
 * One physical connection with what is kept on it from run to run: prepared statements, functions, and an outer
 * transaction around everything a run writes, so that taking it all back is a single rollback.
 *
 * Measured for two tables and three statements: opening afresh takes about 45 µs, from a serialized image 28 µs,
 * rolling back 1 µs; and a statement inside the outer transaction costs half of one that commits by itself.
 */
import type { Engine, EngineConnection, EngineStatement, SqlFunction } from './engine.ts'
import { defineWorldFunctions, type SqlEnvironment } from './world-functions.ts'

/** How rows are returned; combined with SAFE_INTEGERS it is a statement's mode. */
export const FLAT = 0
export const PLUCK = 1
export const EXPAND = 2
export const RAW = 3
export const SAFE_INTEGERS = 4

/** What better-sqlite3 says of a statement without running it. */
export interface StatementFacts {
  readonly reader: boolean
  readonly readonly: boolean
}

export interface FunctionDefinition {
  readonly name: string
  readonly arity: number
  readonly varargs: boolean
  readonly deterministic: boolean
  readonly directOnly: boolean
  readonly safeIntegers: boolean | undefined
}

export class Connection {
  readonly physical: EngineConnection
  environment: SqlEnvironment = NO_ENVIRONMENT
  /** The present run's functions by name and arity; what is registered below only looks them up here. */
  implementations = NO_IMPLEMENTATIONS
  /** bare: nothing written yet; layered: inside the outer transaction; own: SQLite's own transactions, not to be kept. */
  #mode: 'bare' | 'layered' | 'own' = 'bare'
  /** As it was before this run's first change of definitions; undefined as long as there was none. */
  #schemaVersion: number | undefined
  readonly #statements = new Map<string, (EngineStatement | undefined)[]>()
  readonly #facts = new Map<string, StatementFacts>()
  readonly definitions = new Map<string, FunctionDefinition>()
  readonly #totalChanges: EngineStatement
  readonly #commands = new Map<string, EngineStatement>()

  constructor(engine: Engine, image?: Uint8Array) {
    this.physical = engine.open(image)
    defineWorldFunctions(this.physical, engine, () => this.environment)
    this.physical.exec('CREATE TEMP TABLE simulator_last_rowid (value)')
    this.#totalChanges = this.physical.prepare('SELECT total_changes()')
    this.#totalChanges.pluck(true)
  }

  /** The prepared statement for this text and mode, shared by all who ask. */
  statement(sql: string, mode: number): EngineStatement {
    let modes = this.#statements.get(sql)
    if (modes === undefined) {
      if (this.#statements.size >= KEPT_STATEMENTS) this.#statements.clear()
      modes = [this.physical.prepare(sql)]
      this.#statements.set(sql, modes)
    }
    let statement = modes[mode]
    if (statement === undefined) {
      statement = this.prepareIn(sql, mode)
      modes[mode] = statement
    }
    return statement
  }

  /** A statement of one's own, for a lasting `bind` or while the shared one is busy. */
  prepareIn(sql: string, mode: number): EngineStatement {
    const statement = this.physical.prepare(sql)
    const shape = mode & 3
    if (shape === PLUCK) statement.pluck(true)
    else if (shape === EXPAND) statement.expand(true)
    else if (shape === RAW) statement.raw(true)
    if ((mode & SAFE_INTEGERS) !== 0) statement.safeIntegers(true)
    return statement
  }

  /** @throws the engine's error when the statement is not valid now */
  facts(sql: string): StatementFacts {
    let facts = this.#facts.get(sql)
    if (facts === undefined) {
      const { reader, readonly } = this.statement(sql, FLAT)
      facts = { reader, readonly }
      if (this.#facts.size >= KEPT_STATEMENTS) this.#facts.clear()
      this.#facts.set(sql, facts)
    }
    return facts
  }

  /** After a change of definitions: what could be prepared before may be wrong now. */
  forgetStatements(): void {
    this.#statements.clear()
    this.#facts.clear()
  }

  get totalChanges(): number {
    return this.#totalChanges.get() as number
  }

  /** @returns false if it was registered before */
  defineFunction(key: string, definition: FunctionDefinition): boolean {
    if (this.definitions.has(key)) return false
    const { name, arity, safeIntegers, ...options } = definition
    const lookUp: SqlFunction = (...args) => this.implementations.get(key)!(...args)
    Object.defineProperty(lookUp, 'length', { value: arity })
    this.physical.defineFunction(
      name,
      safeIntegers === undefined ? options : { ...options, safeIntegers },
      lookUp,
    )
    this.definitions.set(key, definition)
    return true
  }

  /** From here on everything written can be taken back by `reset`, unless the database needs SQLite's own transactions. */
  seal(ownTransactions: boolean): void {
    if (this.#mode !== 'bare') return
    this.#mode = ownTransactions ? 'own' : 'layered'
    if (ownTransactions) return
    this.#command('BEGIN').run()
  }

  /** To be called before whatever may change definitions, so that `reset` can tell whether it did. */
  noteDefinition(): void {
    if (this.#mode === 'layered') this.#schemaVersion ??= this.#readSchemaVersion()
  }

  /** Ends the outer transaction for good: what follows needs SQLite's own. Not while a program's transaction is open. */
  unlayer(): void {
    if (this.#mode === 'layered') this.#command('COMMIT').run()
    this.#mode = 'own'
  }

  get layered(): boolean {
    return this.#mode === 'layered'
  }

  /** The program's transaction: a savepoint where an outer one is around it. */
  begin(): void {
    this.#command(this.#mode === 'layered' ? 'SAVEPOINT run_transaction' : 'BEGIN').run()
  }

  commit(): void {
    this.#command(this.#mode === 'layered' ? 'RELEASE run_transaction' : 'COMMIT').run()
  }

  rollback(): void {
    if (this.#mode === 'layered') {
      this.#command('ROLLBACK TO run_transaction').run()
      this.#command('RELEASE run_transaction').run()
    } else if (this.physical.inTransaction) {
      this.#command('ROLLBACK').run()
    }
  }

  /** Takes everything back that was written since `seal`. @returns false if that is not possible: close it. */
  reset(): boolean {
    this.environment = NO_ENVIRONMENT
    this.implementations = NO_IMPLEMENTATIONS
    if (this.#mode === 'bare') return true
    if (this.#mode === 'own' || !this.physical.inTransaction) return false
    if (this.#schemaVersion !== undefined && this.#readSchemaVersion() !== this.#schemaVersion) return false
    this.#schemaVersion = undefined
    // RunResult.lastInsertRowid of an UPDATE is that of the last INSERT on the connection, here of another run's.
    this.#command('INSERT INTO temp.simulator_last_rowid (rowid) VALUES (0)').run()
    this.#command('ROLLBACK').run()
    this.#mode = 'bare'
    return true
  }

  #readSchemaVersion(): number {
    const statement = this.#command('PRAGMA main.schema_version')
    return (statement.get() as { schema_version: number }).schema_version
  }

  #command(sql: string): EngineStatement {
    let statement = this.#commands.get(sql)
    if (statement === undefined) {
      statement = this.physical.prepare(sql)
      this.#commands.set(sql, statement)
    }
    return statement
  }
}

/** Programs that build SQL text per value must not fill the memory. */
const KEPT_STATEMENTS = 1000

const NO_IMPLEMENTATIONS: ReadonlyMap<string, SqlFunction> = new Map()
const NO_ENVIRONMENT: SqlEnvironment = { now: () => 0, random: () => 0 }
