/**
 * Which trace the running code works for, so that its requests carry it on as instrumentation in the wild would make them.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

const storage = new AsyncLocalStorage<string>()

/** Everything that `action` asks of others belongs to the trace; undefined for none. */
export function withinTrace<T>(traceId: string | undefined, action: () => T): T {
  return traceId === undefined ? action() : storage.run(traceId, action)
}

/** 32 hexadecimal digits (W3C Trace Context), or undefined. */
export const currentTraceId = (): string | undefined => storage.getStore()
