/**
 * The shop under the failure modes that a real broker can be shown with.
 */
import { createShop } from '#simulator/shop/shop.ts'
import { type ShopSummary, SUMMARY_FOLDS, summarize } from '#simulator/shop/summary.ts'
import { SERVICE_NAMES, SHOP_TARGETS } from '#simulator/shop/targets.ts'
import { parseClientFaults } from '../client-faults.ts'
import type { LiveCluster } from '../cluster.ts'
import type { Crew } from './crew.ts'
import { type Aims, type FieldMode, victimsOf } from './field-modes.ts'
import { type FieldResult, runInField } from './field-run.ts'

export interface ShopFieldOptions {
  readonly cluster: LiveCluster
  /** `host:port` */
  readonly broker: string
  readonly work: 'solutions' | 'exercises'
  readonly orders: number
  readonly seed: number
  readonly logs?: string
  readonly onPhase?: (phase: string) => void
  readonly signal?: AbortSignal
}

export interface ShopFieldResult extends FieldResult {
  readonly summary: ShopSummary
  readonly guarantees: number
}

/** As in the simulated demo, where the same can be done. Twelve orders take six seconds to be placed. */
export const SHOP_AIMS: Aims = {
  down: 'search',
  slow: 'analytics',
  failing: { service: 'inventory', message: 'order-3/OrderPlaced' },
  poisoned: { service: 'inventory', message: 'order-3/OrderPlaced' },
  crashing: { service: 'payments', message: 'order-2/OrderPlaced' },
  rewound: ['inventory', 'notifications', 'payments'],
  midwayMs: 2_000,
  lateMs: 7_000,
}

/** The topics must be free: they are emptied first. */
export async function runShopInField(mode: FieldMode, options: ShopFieldOptions): Promise<ShopFieldResult> {
  const { cluster, broker, work, orders, seed } = options
  const shop = createShop({ orders })
  const victims = victimsOf(SHOP_AIMS)
  const others = ['psp', 'mail', ...SERVICE_NAMES.filter(name => !victims.includes(name))]
  const faultsOf = (name: string) => parseClientFaults([...(mode.faults?.[name] ?? [])], SHOP_TARGETS)
  let summary: ShopSummary | undefined
  const result = await runInField({
    scenario: shop,
    reference: { kind: 'shop' },
    cluster,
    broker,
    work,
    seed,
    muster: async (crew: Crew) => {
      await Promise.all([crew.start(others), ...victims.map(name => crew.start([name], faultsOf(name)))])
    },
    folds: SUMMARY_FOLDS,
    inspect: evidence => {
      summary = summarize(evidence, shop.notes)
    },
    ...(mode.trouble !== undefined && { trouble: mode.trouble }),
    ...(options.logs !== undefined && { logs: options.logs }),
    ...(options.onPhase !== undefined && { onPhase: options.onPhase }),
    ...(options.signal !== undefined && { signal: options.signal }),
  })
  return { ...result, summary: summary!, guarantees: shop.guarantees.length }
}
