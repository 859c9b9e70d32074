/**
 * Notices code that waits for something the world does not own: files, sockets, timers imported from Node.
 * Calls of the usual suspects are noted by name while a run is on; whatever else keeps the platform busy is named by Node's own list.
 */

/** One call out of the simulation: which process made it, and of what. */
export interface OutsideCall {
  readonly process: string
  readonly api: string
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown

const FILE_CALLS = [
  'readFile',
  'writeFile',
  'appendFile',
  'open',
  'readdir',
  'stat',
  'mkdir',
  'rm',
  'unlink',
  'access',
]

/** Node's asynchronous doors to the outside, by module; promises and callbacks alike. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  'node:timers/promises': ['setTimeout', 'setImmediate', 'setInterval'],
  'node:timers': ['setTimeout', 'setInterval', 'setImmediate'],
  'node:fs/promises': FILE_CALLS,
  'node:fs': [...FILE_CALLS, 'createReadStream', 'createWriteStream'],
  'node:net': ['connect', 'createConnection'],
  'node:tls': ['connect'],
  'node:http': ['request', 'get'],
  'node:https': ['request', 'get'],
  'node:dns': ['lookup', 'resolve'],
  'node:dns/promises': ['lookup', 'resolve'],
  'node:child_process': ['spawn', 'exec', 'execFile', 'fork'],
}

let listener: ((api: string) => void) | undefined
let doorsWatched = false

/** Calls `onCall` whenever a door to the outside is used; `undefined` stops that. Does nothing where there is no Node. */
export function watchOutside(onCall: ((api: string) => void) | undefined): void {
  listener = onCall
  if (doorsWatched || onCall === undefined) return
  doorsWatched = true
  const getBuiltin = globalThis.process?.getBuiltinModule
  if (getBuiltin === undefined) return
  for (const [moduleName, names] of Object.entries(DOORS)) {
    const module = getBuiltin(moduleName) as unknown as Record<string, AnyFunction> | undefined
    if (module === undefined) continue
    for (const name of names) watchDoor(module, moduleName, name)
  }
  // Named imports of built-in modules see the change only after this.
  getBuiltin('node:module')?.syncBuiltinESMExports()
}

function watchDoor(module: Record<string, AnyFunction>, moduleName: string, name: string): void {
  const original = module[name]
  if (typeof original !== 'function') return
  const watched: AnyFunction = function (...args) {
    if (listener !== undefined) listener(`${name} from ${moduleName}`)
    return original.apply(this, args)
  }
  // util.promisify(setTimeout) and the like find their promise form through symbols on the function.
  for (const key of Reflect.ownKeys(original)) {
    if (key === 'length' || key === 'name' || key === 'prototype') continue
    const descriptor = Object.getOwnPropertyDescriptor(original, key)
    if (descriptor !== undefined) Object.defineProperty(watched, key, descriptor)
  }
  try {
    module[name] = watched
  } catch {
    // A frozen export stays as it is: it will still show up in Node's list of active resources.
  }
}

/** What Node says keeps it busy now, by name and how often, e.g. `FSReqPromise` 1; empty where it cannot tell. */
export function activeResources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of globalThis.process?.getActiveResourcesInfo?.() ?? []) {
    // Immediates are the world's own loop.
    if (name !== 'Immediate') counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

/** The names of which there are more than `before`. */
export function newResources(before: ReadonlyMap<string, number>): string[] {
  return [...activeResources()]
    .filter(([name, count]) => count > (before.get(name) ?? 0))
    .map(([name]) => name)
}
