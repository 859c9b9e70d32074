/**
 * Keeps processes going as a platform does: whatever ends, by our hand or by itself, is started again.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Crew } from '../field/crew.ts'

export interface Supervisor {
  /** SIGKILL, at once or as soon as there is something to kill; it is started again after `downMs`. Resolves when it is dead. */
  kill(service: string, downMs: number): Promise<Struck>
  /** Resolves when it is ready, or the crew is closed. */
  ready(service: string): Promise<void>
  /** Resolves to whether all are ready, at the latest when patience ends. */
  allReady(patienceMs: number): Promise<boolean>
  /** What ended though nobody had killed it. */
  readonly unplanned: readonly Ending[]
}

export interface Struck {
  /** False when it was still starting. */
  readonly wasReady: boolean
}

export interface Ending {
  readonly service: string
  /** A code of WorkbenchError: `broker-unreachable`, `not-ready`, `process-ended`. */
  readonly code: string
  readonly sentence: string
}

export const RESTART_AFTER_MS = 1_000
/**
 * Long: who waits for its partitions is alive. Killed for it, it would leave one more dead member that its successor waits for.
 */
const READY_WITHIN_MS = 600_000
const LOOK_EVERY_MS = 25

/** @param services each the one instance of a process that is running and ready; watched until the crew is closed */
export function supervise(crew: Crew, services: readonly string[]): Supervisor {
  const ready = new Set(services)
  const planned = new Map<string, number>()
  const unplanned: Ending[] = []
  for (const service of services) void keepGoing(service)

  async function keepGoing(service: string): Promise<void> {
    let failure: Promise<unknown> = Promise.resolve()
    for (;;) {
      await crew.ended(service)
      ready.delete(service)
      const reason = await failure
      if (crew.isClosed) return
      const downMs = planned.get(service)
      planned.delete(service)
      if (downMs === undefined) unplanned.push(toEnding(service, reason))
      await sleep(downMs ?? RESTART_AFTER_MS)
      if (crew.isClosed) return
      failure = crew.start([service], [], READY_WITHIN_MS).then(
        () => void ready.add(service),
        (error: unknown) => error,
      )
    }
  }

  return {
    async ready(service) {
      while (!ready.has(service) && !crew.isClosed) await sleep(LOOK_EVERY_MS)
    },
    async kill(service, downMs) {
      while (!crew.isRunning(service) && !crew.isClosed) await sleep(LOOK_EVERY_MS)
      const wasReady = ready.delete(service)
      planned.set(service, downMs)
      await crew.kill(service)
      return { wasReady }
    },
    async allReady(patienceMs) {
      const isDone = () => ready.size === services.length || crew.isClosed
      for (const deadline = Date.now() + patienceMs; !isDone() && Date.now() < deadline; )
        await sleep(LOOK_EVERY_MS)
      return ready.size === services.length
    },
    unplanned,
  }
}

function toEnding(service: string, reason: unknown): Ending {
  if (reason instanceof WorkbenchError) return { service, code: reason.code, sentence: reason.message }
  const sentence =
    reason === undefined ? `${service} ended after it had been ready` : `${service}: ${String(reason)}`
  return { service, code: 'process-ended', sentence }
}
