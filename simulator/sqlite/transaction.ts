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
  const variants: Variants = {
    default: wrap(session, action, 'deferred'),
    deferred: wrap(session, action, 'deferred'),
    immediate: wrap(session, action, 'immediate'),
    exclusive: wrap(session, action, 'exclusive'),
    database,
  }
  addVariants(variants.default, variants)
  addVariants(variants.deferred, variants)
  addVariants(variants.immediate, variants)
  addVariants(variants.exclusive, variants)
  return variants.default
}

interface Variants {
  readonly default: AnyFunction
  readonly deferred: AnyFunction
  readonly immediate: AnyFunction
  readonly exclusive: AnyFunction
  readonly database: SimulatedDatabase
}

/** Assigned one by one: `defineProperties`, which better-sqlite3 uses to hide them from enumeration, costs eighty times as much. */
function addVariants(
  wrapped: AnyFunction & { -readonly [key in keyof Variants]?: Variants[key] },
  variants: Variants,
): void {
  wrapped.default = variants.default
  wrapped.deferred = variants.deferred
  wrapped.immediate = variants.immediate
  wrapped.exclusive = variants.exclusive
  wrapped.database = variants.database
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
