/**
 * The globals that belong to the world while a run is on: timers, clocks, chance and fetch. Restored afterwards, whatever happens.
 */
import { WorkbenchError } from './errors.ts'

/** What the patched globals ask of the run that owns them. */
export interface GlobalsOwner {
  /** Milliseconds since the epoch as the current process's clock shows it (skew included). */
  clockMs(): number
  /** Milliseconds since the start of the run, for performance.now(). */
  elapsedMs(): number
  random(): number
  setTimer(callback: () => void, delayMs: number, repeat: boolean): number
  clearTimer(id: number): void
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
}

let owner: GlobalsOwner | undefined

/** The real ones, taken when this module was loaded. The world's own loop and hard limits run on these. */
export const real = {
  Date: globalThis.Date,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  /** One macrotask: every microtask and tick that is due settles before it. A MessageChannel where there is no setImmediate. */
  macrotask: createMacrotask(),
}

type Restore = () => void

/**
 * Hands the globals to a run.
 * @returns how to give them back
 * @throws WorkbenchError `run-in-progress` when another run of this thread has them
 */
export function takeGlobals(next: GlobalsOwner): Restore {
  if (owner !== undefined) {
    throw new WorkbenchError(
      'run-in-progress',
      'Another run is in progress on this thread; timers, clocks and chance can belong to only one run at a time.',
      'Await the first run before starting the next, or use a worker thread for each.',
    )
  }
  owner = next
  seedNodeCrypto()
  const restores = [
    ...Object.entries(TIMERS).map(([name, value]) => replace(globalThis, name, value)),
    replace(globalThis, 'Date', WorldDate),
    replace(globalThis, 'fetch', worldFetch),
    replace(Math, 'random', worldRandom),
    replace(performance, 'now', worldPerformanceNow),
    replace(AbortSignal, 'timeout', abortAfter),
    replace(crypto, 'randomUUID', worldRandomUUID),
    replace(crypto, 'getRandomValues', worldRandomValues),
  ]
  if (globalThis.process?.hrtime !== undefined) restores.push(replace(process, 'hrtime', worldHrtime))
  return () => {
    owner = undefined
    for (const restore of restores.reverse()) restore()
  }
}

/** True while some run of this thread has the globals. */
export function globalsTaken(): boolean {
  return owner !== undefined
}

function replace(target: object, name: string, value: unknown): Restore {
  const before = Object.getOwnPropertyDescriptor(target, name)
  Object.defineProperty(target, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: before?.enumerable ?? false,
  })
  return () => {
    if (before === undefined) Reflect.deleteProperty(target, name)
    else Object.defineProperty(target, name, before)
  }
}

function current(): GlobalsOwner {
  if (owner === undefined) {
    throw new WorkbenchError(
      'run-is-over',
      'A timer or clock of a simulated run was used after that run had ended.',
      'Look for code that keeps a reference to setTimeout, Date or fetch beyond the run.',
    )
  }
  return owner
}

/** Node's timers are objects with ref, unref and a number inside; libraries call these, so ours have them too. */
class WorldTimer {
  constructor(readonly id: number) {}
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
  hasRef(): boolean {
    return true
  }
  close(): this {
    clear(this)
    return this
  }
  [Symbol.toPrimitive](): number {
    return this.id
  }
  [Symbol.dispose](): void {
    clear(this)
  }
}

type TimerCallback = (...args: unknown[]) => void

function startTimer(callback: TimerCallback, delayMs: unknown, args: unknown[], repeat: boolean): WorldTimer {
  if (typeof callback !== 'function') {
    throw new TypeError('The "callback" argument must be of type function.')
  }
  // As in Node: what is not a number from 1 to 2^31-1 becomes 1.
  const delay = Number(delayMs)
  const wait = delay >= 1 && delay <= 2147483647 ? Math.trunc(delay) : 1
  return new WorldTimer(
    current().setTimer(args.length === 0 ? callback : () => callback(...args), wait, repeat),
  )
}

function clear(timer: unknown): void {
  if (timer === undefined || timer === null || owner === undefined) return
  const id = timer instanceof WorldTimer ? timer.id : Number(timer)
  if (!Number.isNaN(id)) owner.clearTimer(id)
}

const TIMERS = {
  setTimeout: (callback: TimerCallback, delayMs?: unknown, ...args: unknown[]) =>
    startTimer(callback, delayMs, args, false),
  setInterval: (callback: TimerCallback, delayMs?: unknown, ...args: unknown[]) =>
    startTimer(callback, delayMs, args, true),
  setImmediate: (callback: TimerCallback, ...args: unknown[]) =>
    new WorldTimer(current().setTimer(() => callback(...args), 0, false)),
  clearTimeout: clear,
  clearInterval: clear,
  clearImmediate: clear,
}

const RealDate = globalThis.Date

/** A Date whose present is the run's. Shares the real prototype, so `instanceof` holds both ways; without `new` it is a string. */
function WorldDate(this: unknown, ...args: unknown[]): unknown {
  if (new.target === undefined) return new RealDate(current().clockMs()).toString()
  return Reflect.construct(RealDate, args.length === 0 ? [current().clockMs()] : args, new.target)
}
WorldDate.prototype = RealDate.prototype
WorldDate.now = worldNow
WorldDate.UTC = RealDate.UTC
WorldDate.parse = RealDate.parse

function worldNow(): number {
  return current().clockMs()
}

function worldPerformanceNow(): number {
  return current().elapsedMs()
}

function worldRandom(): number {
  return current().random()
}

function worldFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  return current().fetch(input, init)
}

const worldHrtime = Object.assign(
  (previous?: [number, number]): [number, number] => {
    const nowMs =
      current().elapsedMs() - (previous === undefined ? 0 : previous[0] * 1000 + previous[1] / 1e6)
    return [Math.floor(nowMs / 1000), Math.round((nowMs % 1000) * 1e6)]
  },
  { bigint: () => BigInt(Math.round(current().elapsedMs() * 1e6)) },
)

function abortAfter(delayMs: number): AbortSignal {
  const controller = new AbortController()
  current().setTimer(
    () => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
    delayMs,
    false,
  )
  return controller.signal
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function worldRandomUUID(): string {
  const run = current()
  const bytes: number[] = []
  for (let word = 0; word < 4; word++) {
    const bits = Math.floor(run.random() * 4294967296)
    bytes.push(bits & 255, (bits >>> 8) & 255, (bits >>> 16) & 255, (bits >>> 24) & 255)
  }
  // RFC 9562: version 4, variant 10.
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.map(byte => HEX[byte]!)
  return `${hex.slice(0, 4).join('')}-${hex.slice(4, 6).join('')}-${hex.slice(6, 8).join('')}-${hex.slice(8, 10).join('')}-${hex.slice(10).join('')}`
}

function worldRandomValues<T extends ArrayBufferView>(array: T): T {
  const run = current()
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  for (let index = 0; index < bytes.length; index++) bytes[index] = Math.floor(run.random() * 256)
  return array
}

let nodeCryptoSeeded = false

/** `import { randomUUID } from 'node:crypto'` is as ordinary as the global; it asks the run while there is one, Node otherwise. */
function seedNodeCrypto(): void {
  if (nodeCryptoSeeded) return
  nodeCryptoSeeded = true
  const getBuiltin = globalThis.process?.getBuiltinModule
  if (getBuiltin === undefined) return
  const nodeCrypto = getBuiltin('node:crypto') as unknown as Record<string, unknown>
  const { randomUUID, randomBytes, randomFillSync, randomInt } = getBuiltin('node:crypto')
  nodeCrypto.randomUUID = (options?: object) =>
    owner === undefined ? randomUUID(options) : worldRandomUUID()
  nodeCrypto.randomBytes = (size: number, callback?: (error: Error | null, bytes: Buffer) => void) => {
    if (owner === undefined) return callback === undefined ? randomBytes(size) : randomBytes(size, callback)
    const bytes = worldRandomValues(Buffer.alloc(size))
    if (callback === undefined) return bytes
    return owner.setTimer(() => callback(null, bytes), 0, false)
  }
  nodeCrypto.randomFillSync = (...args: Parameters<typeof randomFillSync>) =>
    owner === undefined ? randomFillSync(...args) : worldRandomValues(args[0] as unknown as Uint8Array)
  nodeCrypto.randomInt = (...args: number[]) => {
    if (owner === undefined) return (randomInt as (...bounds: number[]) => number)(...args)
    const [min, max] = args.length === 1 ? [0, args[0]!] : [args[0]!, args[1]!]
    return min + Math.floor(owner.random() * (max - min))
  }
  getBuiltin('node:module').syncBuiltinESMExports()
}

function createMacrotask(): (callback: () => void) => void {
  const immediate = globalThis.setImmediate
  if (immediate !== undefined) return callback => void immediate(callback)
  const channel = new MessageChannel()
  let next: (() => void) | undefined
  channel.port1.onmessage = () => next?.()
  return callback => {
    next = callback
    channel.port2.postMessage(null)
  }
}
