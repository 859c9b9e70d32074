/**
 * Which processes serve HTTP, by service; requests go to them in turn, in the order of their names.
 */
import type { WebApp } from '#simulator/service.ts'
import type { ProcessHandle } from '#simulator/world/runtime.ts'

export interface Listener {
  readonly process: ProcessHandle
  readonly app: WebApp
}

export class Listeners {
  readonly #byService = new Map<string, { turns: number; listeners: Listener[] }>()

  add(process: ProcessHandle, app: WebApp): void {
    let entry = this.#byService.get(process.service)
    if (entry === undefined) {
      entry = { turns: 0, listeners: [] }
      this.#byService.set(process.service, entry)
    }
    // A process that listens again replaces its app.
    entry.listeners = [...entry.listeners.filter(listener => listener.process !== process), { process, app }]
    entry.listeners.sort((a, b) => (a.process.name < b.process.name ? -1 : 1))
  }

  remove(process: ProcessHandle): void {
    const entry = this.#byService.get(process.service)
    if (entry === undefined) return
    entry.listeners = entry.listeners.filter(listener => listener.process !== process)
  }

  /** Whose turn it is; undefined when nobody listens. */
  next(service: string): Listener | undefined {
    const entry = this.#byService.get(service)
    if (entry === undefined || entry.listeners.length === 0) return undefined
    return entry.listeners[entry.turns++ % entry.listeners.length]
  }

  /** Services that have listened at some time. */
  get services(): readonly string[] {
    return [...this.#byService.keys()]
  }
}
