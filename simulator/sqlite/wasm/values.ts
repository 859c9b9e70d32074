/**
 * Values between JavaScript and SQLite, converted as better-sqlite3 does: every number is bound as a float, whole
 * numbers come back as numbers or, with safe integers, as bigints, blobs come back as Buffers.
 */
import { type Library, type Pointer, SQLITE_TOOBIG, SQLITE_TRANSIENT } from './library.ts'

const INTEGER = 1
const FLOAT = 2
const TEXT = 3
const BLOB = 4

/** The status when SQLite has no value for this one. */
export const UNSUPPORTED = -1

export function readColumn(
  { c, memory }: Library,
  statement: Pointer,
  column: number,
  safeIntegers: boolean,
): unknown {
  switch (c.sqlite3_column_type(statement, column)) {
    case INTEGER:
      if (safeIntegers) return c.sqlite3_column_int64(statement, column)
      return c.sqlite3_column_double(statement, column)
    case FLOAT:
      return c.sqlite3_column_double(statement, column)
    case TEXT: {
      const address = c.sqlite3_column_text(statement, column)
      return memory.readText(address, c.sqlite3_column_bytes(statement, column))
    }
    case BLOB: {
      const address = c.sqlite3_column_blob(statement, column)
      return memory.readBytes(address, c.sqlite3_column_bytes(statement, column))
    }
    default:
      return null
  }
}

/** An argument of a user function. */
export function readArgument({ c, memory }: Library, value: Pointer, safeIntegers: boolean): unknown {
  switch (c.sqlite3_value_type(value)) {
    case INTEGER:
      return safeIntegers ? c.sqlite3_value_int64(value) : c.sqlite3_value_double(value)
    case FLOAT:
      return c.sqlite3_value_double(value)
    case TEXT: {
      const address = c.sqlite3_value_text(value)
      return memory.readText(address, c.sqlite3_value_bytes(value))
    }
    case BLOB: {
      const address = c.sqlite3_value_blob(value)
      return memory.readBytes(address, c.sqlite3_value_bytes(value))
    }
    default:
      return null
  }
}

/** @returns SQLite's status, or UNSUPPORTED */
export function bindValue({ c, memory }: Library, statement: Pointer, index: number, value: unknown): number {
  if (typeof value === 'string') {
    const size = memory.writeText(value)
    return c.sqlite3_bind_text(statement, index, memory.scratch, size, SQLITE_TRANSIENT)
  }
  if (typeof value === 'number') return c.sqlite3_bind_double(statement, index, value)
  if (value === null || value === undefined) return c.sqlite3_bind_null(statement, index)
  if (typeof value === 'bigint') {
    if (!fits(value)) return SQLITE_TOOBIG
    return c.sqlite3_bind_int64(statement, index, value)
  }
  if (ArrayBuffer.isView(value)) {
    const size = memory.writeBytes(value)
    return c.sqlite3_bind_blob(statement, index, memory.scratch, size, SQLITE_TRANSIENT)
  }
  return UNSUPPORTED
}

/** What a user function returned. @returns false if SQLite has no value for it */
export function returnValue({ c, memory }: Library, context: Pointer, value: unknown): boolean {
  if (typeof value === 'string') {
    const size = memory.writeText(value)
    c.sqlite3_result_text(context, memory.scratch, size, SQLITE_TRANSIENT)
  } else if (typeof value === 'number') {
    c.sqlite3_result_double(context, value)
  } else if (value === null || value === undefined) {
    c.sqlite3_result_null(context)
  } else if (typeof value === 'bigint' && fits(value)) {
    c.sqlite3_result_int64(context, value)
  } else if (ArrayBuffer.isView(value)) {
    const size = memory.writeBytes(value)
    c.sqlite3_result_blob(context, memory.scratch, size, SQLITE_TRANSIENT)
  } else {
    return false
  }
  return true
}

function fits(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value
}
