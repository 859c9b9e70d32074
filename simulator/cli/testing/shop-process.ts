/**
 * `npm run shop` in a process of its own, as tests meet it: by its exit code, its lines and its HTTP interface.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

export interface ShopProcess {
  readonly child: ChildProcess
  /** Everything it has written so far. */
  readonly stdout: string
  readonly stderr: string
  /** The lines of its structured log. */
  readonly lines: readonly Record<string, unknown>[]
  /** Where an instance listens, once it has said so. */
  url(instance: string): string
  /** Resolves when all of it is ready. @throws Error with what it has written, when it ends instead */
  ready(): Promise<void>
  /** @returns its exit code, or the signal that ended it */
  ended(): Promise<number | NodeJS.Signals>
}

export interface ShopProcessOptions {
  /** How it is started. Default: Node with what `npm run shop` gives it, without npm in between. */
  readonly command?: readonly string[]
  /** In a process group of its own, so that a signal can be sent to all of it as a terminal does. */
  readonly detached?: boolean
}

const ROOT = join(import.meta.dirname, '../../..')
const NODE = [process.execPath, '--import', 'tsx', '-C', 'solutions', 'simulator/cli/main.ts', 'shop']
/** Long: other tests run at the same time, and machines differ. */
const PATIENCE_MS = 60_000
const POLL_MS = 20

export function startShop(args: readonly string[], options: ShopProcessOptions = {}): ShopProcess {
  const { FORCE_COLOR: _, NODE_ENV: __, ...env } = process.env
  const [file = '', ...first] = options.command ?? NODE
  const child = spawn(file, [...first, ...args], {
    cwd: ROOT,
    env: { ...env, NO_COLOR: '1' },
    detached: options.detached ?? false,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', chunk => {
    stdout += chunk
  })
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  // Not 'exit': what it has written last is read only when its output is closed.
  const ended = new Promise<number | NodeJS.Signals>(resolve => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'))
  })
  const lines = () =>
    stdout
      .split('\n')
      .filter(line => line.startsWith('{') && line.endsWith('}'))
      .map(line => JSON.parse(line) as Record<string, unknown>)
  return {
    child,
    get stdout() {
      return stdout
    },
    get stderr() {
      return stderr
    },
    get lines() {
      return lines()
    },
    url(instance) {
      const line = lines().find(({ service, msg }) => service === instance && msg === 'is up')
      if (line === undefined) throw new Error(`${instance} is not up`)
      return String(line.url)
    },
    async ready() {
      await until('the shop is ready', () => {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`it has ended:\n${stdout}${stderr}`)
        return lines().some(({ msg }) => msg === 'ready')
      })
    },
    ended: () => ended,
  }
}

/** @returns what `ask` answers as soon as that is neither undefined nor false; @throws Error when it takes too long */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
): Promise<Exclude<T, undefined | false>> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`)
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
  }
}
