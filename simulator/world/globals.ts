/**
 * The globals that belong to the world while a run is on: timers, clocks, chance and fetch. Restored afterwards, whatever happens.
 */
import { WorkbenchError } from './errors.ts'
import { holdFailures } from './failures.ts'

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

/** The real ones, taken when this module was loaded. The world's own loop and hard limits run on these. A browser's are bound to it. */
export const real = {
  Date: globalThis.Date,
  setTimeout: bound(globalThis.setTimeout),
  setInterval: bound(globalThis.setInterval),
  setImmediate: globalThis.setImmediate && bound(globalThis.setImmediate),
  clearTimeout: globalThis.clearTimeout.bind(globalThis),
  clearImmediate: globalThis.clearImmediate?.bind(globalThis),
  fetch: globalThis.fetch.bind(globalThis),
  random: Math.random,
  performanceNow: performance.now.bind(performance),
  abortAfter: AbortSignal.timeout.bind(AbortSignal),
  // Missing in a page that was not loaded over HTTPS.
  randomUUID: crypto.randomUUID?.bind(crypto),
  getRandomValues: crypto.getRandomValues.bind(crypto),
  hrtime: globalThis.process?.hrtime,
  /** One macrotask: every microtask and tick that is due settles before it. A MessageChannel where there is no setImmediate. */
  macrotask: createMacrotask(),
}

/** With what else it is: `promisify(setTimeout)` asks it for a version of its own. */
function bound<F extends (...args: never[]) => unknown>(original: F): F {
  const copy = original.bind(globalThis)
  for (const symbol of Object.getOwnPropertySymbols(original)) {
    Object.defineProperty(copy, symbol, Object.getOwnPropertyDescriptor(original, symbol)!)
  }
  return copy as F
}

type Release = () => void

let owner: GlobalsOwner | undefined
/** How many batches of runs hold the globals. */
let holds = 0
/** How to put the real globals back; empty while they are in place. */
let restores: (() => void)[] = []

/**
 * Hands the globals to a run.
 * @returns how to give them back
 * @throws WorkbenchError `run-in-progress` when another run of this thread has them
 */
export function takeGlobals(next: GlobalsOwner): Release {
  if (owner !== undefined) {
    throw new WorkbenchError(
      'run-in-progress',
      'Another run is in progress on this thread; timers, clocks and chance can belong to only one run at a time.',
      'Await the first run before starting the next, or use a worker thread for each.',
    )
  }
  owner = next
  install()
  return giveBack
}

/**
 * Keeps the globals replaced, and the listeners for unhandled failures in place, from run to run: for whoever makes thousands of
 * short ones, as exchanging them takes a good part of a short run's time. Between the runs they do what the real ones do.
 * @returns how to let go; the real globals are back once nobody holds them and no run has them
 */
export function holdGlobals(): Release {
  holds++
  install()
  const releaseFailures = holdFailures()
  let isHeld = true
  return () => {
    if (!isHeld) return
    isHeld = false
    holds--
    releaseFailures()
    if (owner === undefined) uninstall()
  }
}

function giveBack(): void {
  owner = undefined
  uninstall()
}

function install(): void {
  if (restores.length > 0) return
  seedNodeCrypto()
  restores = [
    ...Object.entries(TIMERS).map(([name, value]) => replace(globalThis, name, value)),
    replace(globalThis, 'Date', WorldDate),
    replace(globalThis, 'fetch', worldFetch),
    replace(Math, 'random', worldRandom),
    replace(performance, 'now', worldPerformanceNow),
    replace(AbortSignal, 'timeout', abortAfter),
    replace(crypto, 'randomUUID', worldRandomUUID),
    replace(crypto, 'getRandomValues', worldGetRandomValues),
  ]
  if (real.hrtime !== undefined) restores.push(replace(process, 'hrtime', worldHrtime))
}

function uninstall(): void {
  if (holds > 0) return
  for (const restore of restores.reverse()) restore()
  restores = []
}

function replace(target: object, name: string, value: unknown): () => void {
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

/** What to use when no run has the globals: the real ones between two runs of a batch, and nothing after a run. */
function beyondRuns(): typeof real {
  if (holds > 0) return real
  throw new WorkbenchError(
    'run-is-over',
    'A timer or clock of a simulated run was used after that run had ended.',
    'Look for code that keeps a reference to setTimeout, Date or fetch beyond the run.',
  )
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

function startTimer(
  run: GlobalsOwner,
  callback: TimerCallback,
  delayMs: unknown,
  args: unknown[],
  repeat: boolean,
): WorldTimer {
  if (typeof callback !== 'function') {
    throw new TypeError('The "callback" argument must be of type function.')
  }
  // As in Node: what is not a number from 1 to 2^31-1 becomes 1.
  const delay = Number(delayMs)
  const wait = delay >= 1 && delay <= 2147483647 ? Math.trunc(delay) : 1
  return new WorldTimer(run.setTimer(args.length === 0 ? callback : () => callback(...args), wait, repeat))
}

/** Handles that are no numbers and not the world's come from real timers, started outside any run. */
function clear(timer: unknown): void {
  if (timer instanceof WorldTimer) owner?.clearTimer(timer.id)
  else if (typeof timer === 'object' && timer !== null) real.clearTimeout(timer as NodeJS.Timeout)
  else if (owner === undefined) real.clearTimeout(timer as number | undefined)
  else if (timer !== undefined && timer !== null && !Number.isNaN(Number(timer)))
    owner.clearTimer(Number(timer))
}

const TIMERS = {
  setTimeout: (callback: TimerCallback, delayMs?: unknown, ...args: unknown[]) =>
    owner === undefined
      ? beyondRuns().setTimeout(callback, delayMs as number, ...args)
      : startTimer(owner, callback, delayMs, args, false),
  setInterval: (callback: TimerCallback, delayMs?: unknown, ...args: unknown[]) =>
    owner === undefined
      ? beyondRuns().setInterval(callback, delayMs as number, ...args)
      : startTimer(owner, callback, delayMs, args, true),
  setImmediate: (callback: TimerCallback, ...args: unknown[]) =>
    owner === undefined
      ? beyondRuns().setImmediate(callback, ...args)
      : new WorldTimer(owner.setTimer(() => callback(...args), 0, false)),
  clearTimeout: clear,
  clearInterval: clear,
  clearImmediate(timer: unknown) {
    if (timer instanceof WorldTimer || typeof timer === 'number') clear(timer)
    else real.clearImmediate?.(timer as NodeJS.Immediate)
  },
}

/** A Date whose present is the run's. Shares the real prototype, so `instanceof` holds both ways; without `new` it is a string. */
function WorldDate(this: unknown, ...args: unknown[]): unknown {
  if (new.target === undefined) return new real.Date(worldNow()).toString()
  if (args.length === 0 && new.target === WorldDate) return new real.Date(worldNow())
  return Reflect.construct(real.Date, args.length === 0 ? [worldNow()] : args, new.target)
}
WorldDate.prototype = real.Date.prototype
WorldDate.now = worldNow
WorldDate.UTC = real.Date.UTC
WorldDate.parse = real.Date.parse

function worldNow(): number {
  return owner === undefined ? beyondRuns().Date.now() : owner.clockMs()
}

function worldPerformanceNow(): number {
  return owner === undefined ? beyondRuns().performanceNow() : owner.elapsedMs()
}

function worldRandom(): number {
  return owner === undefined ? beyondRuns().random() : owner.random()
}

function worldFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  return owner === undefined ? beyondRuns().fetch(input, init) : owner.fetch(input, init)
}

const worldHrtime = Object.assign(
  (previous?: [number, number]): [number, number] => {
    if (owner === undefined) return beyondRuns().hrtime(previous)
    const nowMs = owner.elapsedMs() - (previous === undefined ? 0 : previous[0] * 1000 + previous[1] / 1e6)
    return [Math.floor(nowMs / 1000), Math.round((nowMs % 1000) * 1e6)]
  },
  {
    bigint: () =>
      owner === undefined ? beyondRuns().hrtime.bigint() : BigInt(Math.round(owner.elapsedMs() * 1e6)),
  },
)

function abortAfter(delayMs: number): AbortSignal {
  if (owner === undefined) return beyondRuns().abortAfter(delayMs)
  const controller = new AbortController()
  owner.setTimer(
    () => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
    delayMs,
    false,
  )
  return controller.signal
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function worldRandomUUID(): string {
  return owner === undefined ? beyondRuns().randomUUID() : drawUUID(owner)
}

function worldGetRandomValues<T extends NodeJS.ArrayBufferView>(array: T): T {
  return owner === undefined ? (beyondRuns().getRandomValues(array as never) as T) : fill(array, owner)
}

function drawUUID(run: GlobalsOwner): string {
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

function fill<T extends ArrayBufferView>(array: T, run: GlobalsOwner): T {
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
  nodeCrypto.randomUUID = (options?: object) => (owner === undefined ? randomUUID(options) : drawUUID(owner))
  nodeCrypto.randomBytes = (size: number, callback?: (error: Error | null, bytes: Buffer) => void) => {
    if (owner === undefined) return callback === undefined ? randomBytes(size) : randomBytes(size, callback)
    const bytes = fill(Buffer.alloc(size), owner)
    if (callback === undefined) return bytes
    return owner.setTimer(() => callback(null, bytes), 0, false)
  }
  nodeCrypto.randomFillSync = (...args: Parameters<typeof randomFillSync>) =>
    owner === undefined ? randomFillSync(...args) : fill(args[0] as unknown as Uint8Array, owner)
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
  const { port1, port2 } = new MessageChannel()
  const callbacks: (() => void)[] = []
  let isSecond = false
  // Twice there and back: a browser tells of unhandled rejections in a task that it queues after the first.
  port1.onmessage = () => {
    isSecond = !isSecond
    if (isSecond) {
      port2.postMessage(null)
      return
    }
    const callback = callbacks.shift()!
    if (callbacks.length > 0) port2.postMessage(null)
    callback()
  }
  return callback => {
    if (callbacks.push(callback) === 1) port2.postMessage(null)
  }
}
