/**
 * The engine of whoever names none, in the browser: SQLite's WebAssembly build, which stands in for `default-engine.ts` there.
 *
 * It is loaded by a call and not by a top-level await: a worker's first messages would be lost while it waits.
 */
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Engine } from './engine.ts'
import { loadWasmEngine, type WasmEngineOptions } from './wasm-engine.ts'

let loading: Promise<void> | undefined
let loaded: Engine | undefined

export const defaultEngine: Engine = {
  open: image => engine().open(image),
  error: (message, code) => engine().error(message, code),
  isError: (error): error is Error & { code: string } => loaded?.isError(error) ?? false,
}

/** To be awaited before the first database is opened; from then on `defaultEngine` answers at once. */
export function loadDefaultEngine(options?: WasmEngineOptions): Promise<void> {
  loading ??= loadWasmEngine(options).then(
    engine => {
      loaded = engine
    },
    error => {
      // The next call tries anew: the file may only have been out of reach.
      loading = undefined
      throw error
    },
  )
  return loading
}

function engine(): Engine {
  if (loaded !== undefined) return loaded
  throw new WorkbenchError(
    'engine-not-loaded',
    'SQLite has not been loaded yet, so no database can be opened.',
    'Await loadDefaultEngine() of #simulator/sqlite/default-engine.ts first.',
  )
}
