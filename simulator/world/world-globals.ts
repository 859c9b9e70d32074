/**
 * What timers, clocks, chance and fetch do for the run that owns them: they belong to the process whose step it is.
 */
import type { GlobalsOwner } from './globals.ts'
import type { WorldParts, WorldRuntime } from './world-runtime.ts'

type Fetch = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>

export class WorldGlobals implements GlobalsOwner {
  readonly #runtime: WorldRuntime
  readonly #parts: WorldParts
  readonly #fetch: Fetch | undefined

  constructor(runtime: WorldRuntime, parts: WorldParts, fetch: Fetch | undefined) {
    this.#runtime = runtime
    this.#parts = parts
    this.#fetch = fetch
  }

  clockMs(): number {
    const { current } = this.#parts.supervisor
    const offsetMs = current === undefined ? 0 : this.#parts.windows.clockOffsetMs(current.service)
    return this.#runtime.now() + offsetMs
  }

  elapsedMs(): number {
    return this.#parts.agenda.elapsedMs
  }

  random(): number {
    return (this.#parts.supervisor.current ?? this.#runtime).random()
  }

  setTimer(callback: () => void, delayMs: number, repeat: boolean): number {
    return this.#parts.agenda.setTimer(this.#parts.supervisor.current ?? null, callback, delayMs, repeat)
  }

  clearTimer(id: number): void {
    this.#parts.agenda.clearTimer(id)
  }

  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    if (this.#fetch !== undefined) return this.#fetch(input, init)
    return Promise.reject(new TypeError('fetch failed', { cause: new Error('this world has no network') }))
  }
}
