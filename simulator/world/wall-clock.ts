/**
 * The runtime outside any world: real timers, real chance, no faults and no trace.
 */
import { real } from './globals.ts'
import type { ProcessHandle, Reply, Runtime, StepContext, Strike } from './runtime.ts'

const NO_STRIKE: Strike = { site: '', faults: [] }

export function createWallClock(): Runtime {
  const context: StepContext = { subject: '', cause: 0 }
  const ids = new Map<string, number>()
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    drawAt: () => Math.random(),
    nextId(prefix) {
      const count = (ids.get(prefix) ?? 0) + 1
      ids.set(prefix, count)
      return `${prefix}-${count}`
    },
    current: undefined,
    context,
    schedule(delayMs, action, options) {
      // The timers of the platform: live mode gives those in its global functions to the service that set them.
      const timer = real.setTimeout(action, delayMs)
      // A long poll or session check alone must not keep a program alive.
      if (options?.idle === true) timer.unref?.()
      return { cancel: () => real.clearTimeout(timer) }
    },
    visit: () => NO_STRIKE,
    leave: () => {},
    exchange: <T>(
      _operation: string | null,
      _subject: string,
      apply: (reply: Reply<T>, strike: Strike | undefined) => void,
    ) =>
      new Promise<T>((resolve, reject) => {
        real.setImmediate(() => {
          try {
            apply({ resolve, reject }, undefined)
          } catch (error) {
            reject(error)
          }
        })
      }),
    active: () => undefined,
    onFaultEdge: () => {},
    onDeath: () => {},
    onSkip: () => {},
    crash(process: ProcessHandle) {
      throw new Error(`${process.name} cannot be crashed on the wall clock`)
    },
    busy: () => () => {},
    record: () => 0,
  }
}
