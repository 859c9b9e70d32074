/**
 * `db.transaction(fn)`: the rules of better-sqlite3's lib/methods/transaction.js, on a simulated handle.
 */
import type { SimulatedDatabase } from './database.ts'
import type { Session } from './session.ts'

type AnyFunction = (this: unknown, ...args: never[]) => unknown

/** better-sqlite3's own name for the savepoints of nested transactions. */
const SAVEPOINT = '\t_bs3.\t'

/**
 * @returns the action in a transaction: begins, commits when it returns, rolls back when it throws; inside another
 * transaction a savepoint. With the variants `deferred`, `immediate`, `exclusive` as properties.
 */
export function wrapTransaction(
  database: SimulatedDatabase,
  session: Session,
  action: AnyFunction,
): AnyFunction {
  if (typeof action !== 'function') throw new TypeError('Expected first argument to be a function')
  const variants = {
    default: { value: wrap(session, action, 'deferred') },
    deferred: { value: wrap(session, action, 'deferred') },
    immediate: { value: wrap(session, action, 'immediate') },
    exclusive: { value: wrap(session, action, 'exclusive') },
    database: { value: database, enumerable: true },
  }
  Object.defineProperties(variants.default.value, variants)
  Object.defineProperties(variants.deferred.value, variants)
  Object.defineProperties(variants.immediate.value, variants)
  Object.defineProperties(variants.exclusive.value, variants)
  return variants.default.value
}

function wrap(session: Session, action: AnyFunction, mode: string): AnyFunction {
  return function sqliteTransaction(this: unknown, ...args: never[]) {
    const nested = session.inTransaction
    if (nested) session.savepoint(SAVEPOINT, `SAVEPOINT \`${SAVEPOINT}\``)
    else session.begin(mode, true)
    try {
      const result = action.apply(this, args)
      if (isThenable(result)) throw new TypeError('Transaction function cannot return a promise')
      if (nested) session.releaseSavepoint(SAVEPOINT, `RELEASE \`${SAVEPOINT}\``)
      else session.commit()
      return result
    } catch (error) {
      // A crash has already rolled everything back, and the handle refuses whatever comes now.
      if (session.inTransaction) {
        if (nested) {
          session.rollbackTo(SAVEPOINT, `ROLLBACK TO \`${SAVEPOINT}\``)
          session.releaseSavepoint(SAVEPOINT, `RELEASE \`${SAVEPOINT}\``)
        } else {
          session.rollback()
        }
      }
      throw error
    }
  }
}

function isThenable(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}
