/**
 * The engine of whoever names none, in Node: better-sqlite3. A bundle for the browser gets `wasm-default-engine.ts` in the
 * place of this file, by `imports` in package.json; so always import `#simulator/sqlite/default-engine.ts`.
 */
import type { WasmEngineOptions } from './wasm-engine.ts'

export { betterSqlite3Engine as defaultEngine } from './better-sqlite3-engine.ts'

/** To be awaited before the first database is opened. Here nothing is to be loaded. */
export async function loadDefaultEngine(_options?: WasmEngineOptions): Promise<void> {}
