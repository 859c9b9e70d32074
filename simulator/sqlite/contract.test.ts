import Sqlite from 'better-sqlite3'
import { createWallClock } from '#simulator/world/wall-clock.ts'
import { describeDatabaseContract } from './contract.ts'
import { createDatabases, type Databases } from './databases.ts'
import { createDatabasePool } from './pool.ts'
import { openBare } from './wasm/testing.ts'
import { loadWasmEngine } from './wasm-engine.ts'

describeDatabaseContract('better-sqlite3 itself', { open: () => new Sqlite(':memory:') })

describeDatabaseContract(
  'a new simulated database',
  simulated(() => createDatabasePool()),
)

// Every test meets connections that all tests before it have used.
const pool = createDatabasePool()
describeDatabaseContract(
  'a pooled simulated database',
  simulated(() => pool),
)

const wasm = await loadWasmEngine()

describeDatabaseContract('the WebAssembly engine itself', { open: () => openBare(wasm) })

describeDatabaseContract(
  'a new simulated database on WebAssembly',
  simulated(() => createDatabasePool(wasm)),
)

const wasmPool = createDatabasePool(wasm)
describeDatabaseContract(
  'a pooled simulated database on WebAssembly',
  simulated(() => wasmPool),
)

function simulated(choosePool: () => ReturnType<typeof createDatabasePool>) {
  let server: Databases | undefined
  return {
    open() {
      server ??= createDatabases(createWallClock(), { pool: choosePool() })
      return server.open('db')
    },
    close() {
      server?.release()
      server = undefined
    },
  }
}
