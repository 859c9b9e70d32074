import { describe, expect, test } from 'vitest'
import outbox from '#exercises/09-outbox/check.ts'
import idempotentConsumer from '#exercises/12-idempotent-consumer/check.ts'
import { parseFault } from '#simulator/faults/plan.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import { type Run, simulate } from '#simulator/scenario/simulate.ts'
import { betterSqlite3Engine } from '#simulator/sqlite/better-sqlite3-engine.ts'
import { createDatabasePool } from '#simulator/sqlite/pool.ts'
import { loadWasmEngine } from '#simulator/sqlite/wasm-engine.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import * as orderStore from '#work/09-outbox/order-store.ts'
import * as inventory from '#work/12-idempotent-consumer/inventory.ts'
import { createShop } from './shop.ts'
import { SHOP_TARGETS } from './targets.ts'

const native = createDatabasePool(betterSqlite3Engine)
const wasm = createDatabasePool(await loadWasmEngine())

const faults = (...plan: string[]) => plan.map(text => parseFault(text, 'plan', SHOP_TARGETS))

const SHOP_FAULTS = faults(
  'crash:gateway=0.05',
  'crash:inventory=0.02',
  'duplicate:inventory=0.3',
  'hold:payments=0.2?by=500ms',
  'pause:search@100ms+2s',
  'failing:psp@0s+1s?status=429&by=1s&share=0.5',
)

const SCENARIOS: readonly [string, () => Scenario, readonly Fault[]][] = [
  ['the shop', () => createShop({ orders: 6 }), []],
  ['the shop with faults', () => createShop({ orders: 6 }), SHOP_FAULTS],
  ['exercise 09', () => outbox.scenario(() => orderStore), [{ kind: 'crash', service: 'orders', rate: 0.1 }]],
  [
    'exercise 12',
    () => idempotentConsumer.scenario(() => inventory),
    [{ kind: 'crash', service: 'inventory', rate: 0.1 }],
  ],
]

describe.each(SCENARIOS)(
  '%s makes the same trace on WebAssembly as on better-sqlite3',
  (_, scenario, plan) => {
    test.each([1, 7, 42])('with seed %d, on new connections and on kept ones', async seed => {
      const run = (pool: typeof native): Promise<Run> =>
        simulate(scenario(), { seed, faults: plan }, { pool, unstruck: 'ignore' })
      const expected = await run(native)
      expect(expected.trouble).toBeUndefined()
      for (const round of ['first', 'second']) {
        const { traceHash, records, violations } = await run(wasm)
        expect({ round, traceHash, records, violations }).toEqual({
          round,
          traceHash: expected.traceHash,
          records: expected.records,
          violations: expected.violations,
        })
      }
    })
  },
)
