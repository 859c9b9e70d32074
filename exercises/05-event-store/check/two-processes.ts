/**
 * A database handle as a program has it that is not alone: between two of its steps another process may go on. A step is a
 * statement, or a whole transaction. The simulator runs what is synchronous in one piece; two real processes do not.
 */
import type { Database } from '#simulator/service.ts'

export interface Neighbours {
  /** Called before each step. */
  beforeStep(): void
  /** Called with whatever a step throws. */
  onError(error: unknown): void
}

export function besideOthers(db: Database, { beforeStep, onError }: Neighbours): Database {
  function step<T>(action: () => T): T {
    if (!db.inTransaction) beforeStep()
    try {
      return action()
    } catch (error) {
      onError(error)
      throw error
    }
  }
  const asStep =
    <Parameters extends unknown[]>(action: (...parameters: Parameters) => unknown) =>
    (...parameters: Parameters) =>
      step(() => action(...parameters))

  const handle: Database = wrap(db, {
    prepare: (source: string) => {
      const statement = db.prepare(source)
      return wrap(statement, {
        run: asStep(statement.run.bind(statement)),
        get: asStep(statement.get.bind(statement)),
        all: asStep(statement.all.bind(statement)),
        iterate: asStep(statement.iterate.bind(statement)),
      })
    },
    exec: (source: string) => {
      step(() => db.exec(source))
      return handle
    },
    transaction: (action: (...parameters: unknown[]) => unknown) => {
      const begin = db.transaction(action)
      const { deferred, immediate, exclusive } = begin
      const variants = {
        default: asStep(begin),
        deferred: asStep(deferred),
        immediate: asStep(immediate),
        exclusive: asStep(exclusive),
      }
      return Object.assign(variants.default, variants, { database: handle })
    },
  })
  return handle
}

/** The same object with some methods exchanged; what returns the object itself (`pluck`) returns the wrapped one. */
function wrap<T extends object>(target: T, methods: Readonly<Record<string, unknown>>): T {
  const known = new Map<PropertyKey, unknown>(Object.entries(methods))
  const wrapped: T = new Proxy(target, {
    get(_, key) {
      if (known.has(key)) return known.get(key)
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      const method = (...parameters: unknown[]) => {
        const result: unknown = Reflect.apply(value, target, parameters)
        return result === target ? wrapped : result
      }
      known.set(key, method)
      return method
    },
  })
  return wrapped
}
