/**
 * Which service code belongs to: its timers and its failures are its own, so that a service can be stopped, or started
 * anew, within a process that runs others too.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { promisify } from 'node:util'
import { real } from '#simulator/world/globals.ts'

const storage = new AsyncLocalStorage<ServiceContext | undefined>()

type Timer = NodeJS.Timeout | NodeJS.Immediate

export class ServiceContext {
  /** Those that are pending, each with how to clear it. */
  readonly #timers = new Map<Timer, () => void>()
  readonly #end = new AbortController()

  /** @param onFailure told of what its code throws and nobody catches */
  constructor(
    readonly name: string,
    readonly onFailure: (error: unknown) => void = () => {},
  ) {}

  /** Everything that `action` sets going, however indirectly, belongs to this context. */
  run<T>(action: () => T): T {
    return storage.run(this, action)
  }

  get isOver(): boolean {
    return this.#end.signal.aborted
  }

  /** Aborted when it ends. */
  get signal(): AbortSignal {
    return this.#end.signal
  }

  /** Ends its timers; those that its code tries to set from now on never fire. */
  end(): void {
    this.#end.abort()
    for (const clear of this.#timers.values()) clear()
    this.#timers.clear()
  }

  own(timer: Timer, clear: () => void): void {
    if (this.isOver) clear()
    else this.#timers.set(timer, clear)
  }

  disown(timer: Timer): void {
    this.#timers.delete(timer)
  }
}

/** Of the code that is running now; undefined for live mode's own. */
export const currentContext = (): ServiceContext | undefined => storage.getStore()

/**
 * For libraries that keep something going for the whole process, on timers of their own: a client's sockets, a pool. What
 * `action` sets going belongs to no service, and does not end with the one that happened to ask first.
 */
export function outsideServices<T>(action: () => T): T {
  // Not `exit`: whatever enters a context within its action brings the old one back.
  return storage.run(undefined, action)
}

type Callback = (...values: unknown[]) => void

/** Whose a timer is, as long as it is pending. */
const owners = new WeakMap<Timer, ServiceContext>()
let areOwned = false

/** Puts timers in place that know whose they are. Once for the process; calling it again changes nothing. */
export function ownTimers(): void {
  if (areOwned) return
  areOwned = true
  Object.assign(globalThis, {
    setTimeout: Object.assign(setTimeout, { [promisify.custom]: sleep }),
    setInterval,
    setImmediate: Object.assign(setImmediate, { [promisify.custom]: promisify(real.setImmediate) }),
    clearTimeout,
    clearInterval: clearTimeout,
    clearImmediate,
  })
}

function setTimeout(callback: Callback, delayMs?: number, ...values: unknown[]): NodeJS.Timeout {
  const context = currentContext()
  // Something that cannot be called is refused by Node.
  if (context === undefined || typeof callback !== 'function')
    return real.setTimeout(callback, delayMs, ...values)
  const timer = real.setTimeout(() => {
    // `refresh()` sets even a timer going that was cleared.
    if (context.isOver) return
    context.disown(timer)
    callback.apply(timer, values)
  }, delayMs)
  own(timer, context, () => real.clearTimeout(timer))
  return timer
}

function setInterval(callback: Callback, delayMs?: number, ...values: unknown[]): NodeJS.Timeout {
  const timer = real.setInterval(callback, delayMs, ...values)
  own(timer, currentContext(), () => real.clearTimeout(timer))
  return timer
}

function setImmediate(callback: Callback, ...values: unknown[]): NodeJS.Immediate {
  const context = currentContext()
  if (context === undefined || typeof callback !== 'function') return real.setImmediate(callback, ...values)
  const timer = real.setImmediate(() => {
    context.disown(timer)
    callback.apply(timer, values)
  })
  own(timer, context, () => real.clearImmediate(timer))
  return timer
}

function own(timer: Timer, context: ServiceContext | undefined, clear: () => void): void {
  if (context === undefined) return
  owners.set(timer, context)
  context.own(timer, clear)
}

/** Also of intervals: Node takes either for both. */
function clearTimeout(timer: NodeJS.Timeout | string | number | undefined): void {
  disown(timer)
  real.clearTimeout(timer)
}

function clearImmediate(timer: NodeJS.Immediate | undefined): void {
  disown(timer)
  real.clearImmediate(timer)
}

function disown(timer: unknown): void {
  if (typeof timer === 'object' && timer !== null) owners.get(timer as Timer)?.disown(timer as Timer)
}

const realSleep = promisify(real.setTimeout)

/** What `promisify(setTimeout)` gives; in a context that has ended it never settles, like anything else there. */
async function sleep<T>(
  delayMs?: number,
  value?: T,
  options: { signal?: AbortSignal; ref?: boolean } = {},
): Promise<T | undefined> {
  const context = currentContext()
  if (context === undefined) return realSleep(delayMs, value, options)
  const { signal = context.signal } = options
  try {
    return await realSleep(delayMs, value, { ...options, signal: AbortSignal.any([signal, context.signal]) })
  } catch (error) {
    return context.isOver ? new Promise(() => {}) : Promise.reject(error)
  }
}
