import { build } from 'esbuild'
import { expect, test, vi } from 'vitest'
import { defaultEngine, loadDefaultEngine } from '#simulator/sqlite/default-engine.ts'
import * as browser from './wasm-default-engine.ts'

/** What a bundle of the simulated databases is made of. */
async function bundled(platform: 'browser' | 'node'): Promise<string> {
  const { metafile } = await build({
    entryPoints: ['simulator/sqlite/databases.ts'],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform,
    loader: { '.node': 'empty' },
  })
  return Object.keys(metafile.inputs).join('\n')
}

test('a bundle for the browser has the WebAssembly engine and nothing of better-sqlite3', async () => {
  const inputs = await bundled('browser')
  expect(inputs).toContain('simulator/sqlite/wasm-default-engine.ts')
  expect(inputs).not.toContain('better-sqlite3')
})

test('a bundle for Node has better-sqlite3 and nothing of WebAssembly', async () => {
  const inputs = await bundled('node')
  expect(inputs).toContain('better-sqlite3')
  expect(inputs).not.toContain('wasm')
})

test('both default engines are used alike', () => {
  expect(Object.keys(browser).sort()).toEqual(['defaultEngine', 'loadDefaultEngine'])
  expect([typeof defaultEngine.open, typeof loadDefaultEngine]).toEqual(['function', 'function'])
})

test('the browser’s says what to do when it has not been loaded, and can be loaded after a failure', async () => {
  expect(() => browser.defaultEngine.open()).toThrow(/has not been loaded/)
  expect(browser.defaultEngine.isError(new Error('any'))).toBe(false)
  const silenced = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')]
  for (const spy of silenced) spy.mockImplementation(() => {})
  await expect(browser.loadDefaultEngine({ wasmUrl: '/nowhere/sqlite3.wasm' })).rejects.toThrow()
  for (const spy of silenced) spy.mockRestore()
  await browser.loadDefaultEngine()
  const db = browser.defaultEngine.open()
  expect(db.prepare('SELECT 1 AS one').get()).toEqual({ one: 1 })
  expect(browser.defaultEngine.isError(browser.defaultEngine.error('full', 'SQLITE_FULL'))).toBe(true)
})
