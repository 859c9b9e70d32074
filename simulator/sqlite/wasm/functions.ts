/**
 * User functions: one entry point for all of them, told apart by the number SQLite hands back.
 *
 * An entry point each would fill the module's function table, which can hardly be emptied again.
 */
import type BetterSqlite3 from 'better-sqlite3'
import type { SqlFunction } from '../engine.ts'
import type { WasmConnection } from './connection.ts'
import { type Library, type Pointer, SQLITE_OK } from './library.ts'
import { readArgument, returnValue } from './values.ts'

interface UserFunction {
  readonly connection: WasmConnection
  readonly name: string
  readonly safeIntegers: boolean
  readonly implementation: SqlFunction
}

const MAX_ARITY = 100
const UTF8 = 0x1
const DETERMINISTIC = 0x800
const DIRECT_ONLY = 0x80000

export class UserFunctions {
  readonly #library: Library
  readonly #functions = new Map<number, UserFunction>()
  readonly #call: Pointer
  readonly #destroy: Pointer
  #lastId = 0

  constructor(library: Library) {
    this.#library = library
    this.#call = library.install('v(pip)', (context, count, values) =>
      this.#invoke(context!, count!, values!),
    )
    this.#destroy = library.install('v(p)', id => void this.#functions.delete(id!))
  }

  define(
    connection: WasmConnection,
    name: string,
    options: BetterSqlite3.RegistrationOptions,
    implementation: SqlFunction,
  ): void {
    const { safeIntegers = false, varargs, deterministic, directOnly } = options
    const arity = varargs === true ? -1 : implementation.length
    if (arity > MAX_ARITY) throw new RangeError('User-defined functions cannot have more than 100 arguments')
    const flags =
      UTF8 | (deterministic === true ? DETERMINISTIC : 0) | (directOnly === true ? DIRECT_ONLY : 0)
    const id = ++this.#lastId
    this.#functions.set(id, { connection, name, safeIntegers, implementation })
    const { c, memory } = this.#library
    memory.writeText(name)
    const status = c.sqlite3_create_function_v2(
      connection.pointer,
      memory.scratch,
      arity,
      flags,
      id,
      this.#call,
      0,
      0,
      this.#destroy,
    )
    if (status !== SQLITE_OK) throw connection.failure()
  }

  #invoke(context: Pointer, count: number, values: Pointer): void {
    const library = this.#library
    const called = this.#functions.get(library.c.sqlite3_user_data(context))!
    try {
      const args: unknown[] = []
      for (let index = 0; index < count; index++) {
        const value = library.memory.pointerAt(values + index * 4)
        args.push(readArgument(library, value, called.safeIntegers))
      }
      const result = called.implementation(...args)
      if (!returnValue(library, context, result)) throw invalidResult(called.name, result)
    } catch (error) {
      called.connection.thrown = { error }
      library.c.sqlite3_result_error(context, library.memory.scratch, 0)
    }
  }
}

function invalidResult(name: string, result: unknown): Error {
  const prefix = `User-defined function ${name}() returned`
  return typeof result === 'bigint'
    ? new RangeError(`${prefix} a bigint that was too big`)
    : new TypeError(`${prefix} an invalid value`)
}
