/**
 * The parameters of a statement, bound by better-sqlite3's rules: values and arrays fill the anonymous ones in order,
 * one plain object the named ones.
 */
import { type Library, type Pointer, SQLITE_OK, SQLITE_RANGE, SQLITE_TOOBIG } from './library.ts'
import { bindValue, UNSUPPORTED } from './values.ts'

interface NamedParameter {
  readonly name: string
  readonly index: number
}

export class Parameters {
  readonly count: number
  readonly #library: Library
  readonly #statement: Pointer
  /** The indices of anonymous parameters, in order. */
  readonly #anonymous: number[] = []
  readonly #named: NamedParameter[] = []
  /** How many anonymous ones the present call has filled. */
  #filled = 0

  constructor(library: Library, statement: Pointer) {
    const { c, memory } = library
    this.#library = library
    this.#statement = statement
    this.count = c.sqlite3_bind_parameter_count(statement)
    for (let index = 1; index <= this.count; index++) {
      const name = c.sqlite3_bind_parameter_name(statement, index)
      if (name === 0) this.#anonymous.push(index)
      else this.#named.push({ name: memory.readString(name + 1), index })
    }
  }

  /** Every parameter anew: who binds nothing gets an error, so nothing of an earlier call is left. */
  bind(args: readonly unknown[]): void {
    this.#filled = 0
    let bound = 0
    let object = false
    for (const arg of args) {
      if (typeof arg === 'object' && arg !== null && !ArrayBuffer.isView(arg)) {
        if (Array.isArray(arg)) {
          for (const value of arg) this.#bindNext(value)
          bound += arg.length
          continue
        }
        if (isPlain(arg)) {
          if (object) throw new TypeError('You cannot specify named parameters in two different objects')
          object = true
          bound += this.#bindNamed(arg as Record<string, unknown>)
          continue
        }
        this.#refuseClass()
      } else if (typeof arg === 'function') {
        this.#refuseClass()
      }
      this.#bindNext(arg)
      bound++
    }
    if (bound !== this.count) this.#refuseCount(bound, object)
  }

  #bindNamed(values: Record<string, unknown>): number {
    for (const { name, index } of this.#named) {
      if (!Object.hasOwn(values, name)) throw new RangeError(`Missing named parameter "${name}"`)
      this.#bindAt(index, values[name])
    }
    return this.#named.length
  }

  #bindNext(value: unknown): void {
    const index = this.#anonymous[this.#filled++]
    if (index !== undefined) this.#bindAt(index, value)
    else if (isSupported(value)) throw new RangeError('Too many parameter values were provided')
    else throw new TypeError(UNSUPPORTED_VALUE)
  }

  #bindAt(index: number, value: unknown): void {
    const status = bindValue(this.#library, this.#statement, index, value)
    if (status === SQLITE_OK) return
    if (status === UNSUPPORTED) throw new TypeError(UNSUPPORTED_VALUE)
    if (status === SQLITE_TOOBIG) throw new RangeError('The bound string, buffer, or bigint is too big')
    if (status === SQLITE_RANGE) throw new RangeError('Too many parameter values were provided')
    throw new Error('An unexpected error occured while trying to bind parameters')
  }

  #refuseClass(): void {
    if (this.#named.length > 0)
      throw new TypeError('Named parameters can only be passed within plain objects')
  }

  #refuseCount(bound: number, object: boolean): never {
    if (bound > this.count) throw new RangeError('Too many parameter values were provided')
    if (!object && this.#named.length > 0) throw new TypeError('Missing named parameters')
    throw new RangeError('Too few parameter values were provided')
  }
}

const UNSUPPORTED_VALUE = 'SQLite3 can only bind numbers, strings, bigints, buffers, and null'

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function isSupported(value: unknown): boolean {
  return (
    value === null ||
    ['undefined', 'string', 'number', 'bigint'].includes(typeof value) ||
    ArrayBuffer.isView(value)
  )
}
