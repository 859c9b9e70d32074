/**
 * What the process that runs a stranger's file may not do. This is no prison for a determined attacker, who would need a virtual
 * machine: it keeps the files of everybody else, their processes and the grading itself out of an ordinary process's reach.
 */
import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { holdGlobals } from '#simulator/world/globals.ts'
import { watchOutside } from '#simulator/world/outside.ts'
import { isAvailable } from './available-modules.ts'

/**
 * Flags of Node: it reads its own program and the packages, writes nothing, and starts no process.
 * @param root the repository
 */
export function confinementFlags(root: string): string[] {
  const packages = join(root, 'node_modules')
  const readable = new Set([packages, ...(existsSync(packages) ? [realpathSync(packages)] : [])])
  return [
    // Its name until Node 22.13.
    process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission',
    ...[...readable, join(root, 'package.json')].map(path => `--allow-fs-read=${path}`),
    // For the watchdog, and for better-sqlite3.
    '--allow-worker',
    '--allow-addons',
  ]
}

/** Ways from `process` to other processes and to native code. */
const OUT_OF_REACH = [
  'kill',
  '_kill',
  '_debugProcess',
  '_debugEnd',
  'binding',
  '_linkedBinding',
  'dlopen',
  'chdir',
  'umask',
  'setuid',
  'seteuid',
  'setgid',
  'setegid',
  'setgroups',
  'initgroups',
]

/** Called in the process itself, once it has loaded all it needs and before it loads the stranger's file. */
export function confine(): void {
  // The last native module there will be is loaded with the first database.
  const Database = createRequire(import.meta.url)('better-sqlite3') as new (file: string) => { close(): void }
  new Database(':memory:').close()
  // The world exchanges functions in Node's modules, once in the life of a process.
  holdGlobals()()
  watchOutside(() => {})
  watchOutside(undefined)
  const getBuiltinModule = process.getBuiltinModule.bind(process)
  replace('getBuiltinModule', (name: string) => {
    if (isAvailable(name)) return getBuiltinModule(name)
    throw new Error(`${name} does not exist inside the simulation`)
  })
  for (const name of OUT_OF_REACH) {
    replace(name, () => {
      throw new Error(`process.${name} does not exist inside the simulation`)
    })
  }
}

function replace(name: string, value: unknown): void {
  Object.defineProperty(process, name, { value, configurable: false, writable: false })
}
