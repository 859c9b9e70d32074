/**
 * The tests of simulated databases and of their pool once more, with the engine the browser has by default.
 */
import { expect, test, vi } from 'vitest'
import { createDatabasePool } from './pool.ts'

vi.mock('#simulator/sqlite/default-engine.ts', async () => {
  const browser = await import('./wasm-default-engine.ts')
  await browser.loadDefaultEngine()
  return browser
})

test('the default engine is the WebAssembly one here', () => {
  const { engine } = createDatabasePool()
  expect(engine.open().pragma('compile_options')).toContainEqual({ compile_options: 'THREADSAFE=0' })
})

await import('./databases.test.ts')
await import('./pool.test.ts')
