/**
 * Which service code belongs to: its timers are its own, so that a service can be stopped, or started anew, within a
 * process that runs others too.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { real } from '#simulator/world/globals.ts'

const storage = new AsyncLocalStorage<ServiceContext>()

export class ServiceContext {
  readonly #timers = new Set<NodeJS.Timeout>()
  #isOver = false

  constructor(readonly name: string) {}

  /** Everything that `action` sets going, however indirectly, belongs to this context. */
  run<T>(action: () => T): T {
    return storage.run(this, action)
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Ends its timers; those that its code tries to set from now on never fire. */
  end(): void {
    this.#isOver = true
    for (const timer of this.#timers) real.clearTimeout(timer)
    this.#timers.clear()
  }

  own(timer: NodeJS.Timeout): NodeJS.Timeout {
    if (this.#isOver) real.clearTimeout(timer)
    else this.#timers.add(timer)
    return timer
  }

  disown(timer: NodeJS.Timeout): void {
    this.#timers.delete(timer)
  }
}

/** Of the code that is running now; undefined for live mode's own. */
export const currentContext = (): ServiceContext | undefined => storage.getStore()

/** Whose a timer is, as long as it is pending. */
const owners = new WeakMap<NodeJS.Timeout, ServiceContext>()

/** Puts timers in place that know whose they are. Once for the process; calling it again changes nothing. */
export function ownTimers(): void {
  if (globalThis.setTimeout !== real.setTimeout) return
  const { __promisify__: _, ...promisified } = real.setTimeout
  const setTimeout = (callback: (...values: unknown[]) => void, delayMs?: number, ...values: unknown[]) => {
    const context = currentContext()
    if (context === undefined) return real.setTimeout(callback, delayMs, ...values)
    const timer: NodeJS.Timeout = real.setTimeout(() => {
      context.disown(timer)
      callback(...values)
    }, delayMs)
    owners.set(timer, context)
    return context.own(timer)
  }
  const setInterval = (callback: (...values: unknown[]) => void, delayMs?: number, ...values: unknown[]) => {
    const context = currentContext()
    const timer: NodeJS.Timeout = real.setInterval(callback, delayMs, ...values)
    if (context === undefined) return timer
    owners.set(timer, context)
    return context.own(timer)
  }
  const clear = (timer: NodeJS.Timeout | string | number | undefined) => {
    if (typeof timer === 'object') owners.get(timer)?.disown(timer)
    real.clearTimeout(timer)
  }
  globalThis.setTimeout = Object.assign(setTimeout, promisified) as typeof real.setTimeout
  globalThis.setInterval = setInterval as typeof real.setInterval
  globalThis.clearTimeout = clear
  globalThis.clearInterval = clear
}
