/**
 * Measures the failure table of the order flow: the reference services under every failure mode, in processes of their own.
 */
import { FAILURE_MODES } from '#simulator/shop/failure-modes.ts'
import { createFlowRow, type FlowTable, faultsOf } from '#simulator/shop/flow-table.ts'
import { DEFAULT_ORDERS } from '#simulator/shop/run-spec.ts'
import { startSimulator } from './simulator-process.ts'
import type { SimResult } from './tasks.ts'

export interface FlowOptions {
  /** Real milliseconds that a single step may take. Default 10,000. */
  readonly hardLimitMs?: number
  /** Called as a row is about to be measured. */
  readonly onRow?: (title: string) => void
}

const OBSERVE_EVERY_MS = 250
const SIMULATORS = 2

/** @throws WorkbenchError for services that cannot be run */
export async function measureFlow({ hardLimitMs = 10_000, onRow }: FlowOptions = {}): Promise<FlowTable> {
  const simulators = Array.from({ length: SIMULATORS }, () => startSimulator('solutions', hardLimitMs))
  const results: SimResult[] = []
  let next = 0
  try {
    await Promise.all(
      simulators.map(async simulator => {
        while (next < FAILURE_MODES.length) {
          const index = next++
          const mode = FAILURE_MODES[index]!
          onRow?.(mode.title)
          const spec = { plan: { seed: 1, faults: faultsOf(mode) }, orders: DEFAULT_ORDERS }
          results[index] = await simulator.run({ spec, observeEveryMs: OBSERVE_EVERY_MS, signs: true })
        }
      }),
    )
  } finally {
    for (const simulator of simulators) simulator.close()
  }
  const usual = results[0]!
  return {
    orders: DEFAULT_ORDERS,
    rows: FAILURE_MODES.map((mode, index) => createFlowRow(index, mode, results[index]!, usual)),
  }
}
