/**
 * The shop: an e-commerce order flow as a scenario.
 */
import type { Scenario } from '#simulator/scenario/scenario.ts'
import { relay } from '#work/10-relay/relay.ts'
import { search } from '#work/13-out-of-order/search.ts'
import { analytics } from '#work/15-projections/analytics.ts'
import { inventory } from '#work/18-choreography/inventory.ts'
import { payments } from '#work/18-choreography/payments.ts'
import { catalog } from './catalog.ts'
import { type ClientNotes, createClientNotes } from './client-notes.ts'
import type { DataSet } from './data-set.ts'
import { createDataWorkload } from './data-workload.ts'
import { dispatch } from './dispatch.ts'
import { gateway } from './gateway.ts'
import { createGeneratedWorkload, type GeneratedOptions } from './generated-workload.ts'
import { createGuarantees } from './guarantees.ts'
import { shopLog } from './log-fold.ts'
import { notifications } from './notifications.ts'
import { writeOldOrders } from './old-data.ts'
import { orders } from './orders.ts'
import { ordersVersion3 } from './orders-v3.ts'
import { createMailProvider, createPaymentProvider } from './parties.ts'
import { READ_MODELS } from './read-models.ts'
import { redriveDeadLetters } from './redrive.ts'
import { TOPICS } from './topics.ts'
import { warehouse } from './warehouse.ts'

export interface ShopOptions extends GeneratedOptions {
  /** Takes the place of the generated orders. */
  readonly data?: DataSet
}

/** The guarantees branch on every path only when there are enough orders for it. */
const ENOUGH_FOR_ALL_BRANCHES = 8

export interface Shop extends Scenario {
  /** What the workload was promised. */
  readonly notes: ClientNotes
}

const HOUR_MS = 3_600_000
/** Kafka's own default, `log.retention.hours`. */
const USUAL_RETENTION_MS = 168 * HOUR_MS
/** From this many orders on topics keep only the last hour, so that a long run stays within memory. */
const MANY_ORDERS = 20_000

function retentionMs({ data, orders = 0 }: ShopOptions): number {
  return (data?.orders.length ?? orders) >= MANY_ORDERS ? HOUR_MS : USUAL_RETENTION_MS
}

/** A fresh scenario: it notes what its workload was promised, so make one for each run. */
export function createShop(options: ShopOptions = {}): Shop {
  const notes = createClientNotes()
  const isGenerated = options.data === undefined && (options.orders ?? 12) >= ENOUGH_FOR_ALL_BRANCHES
  return {
    name: 'shop',
    notes,
    topics: TOPICS.map(topic => ({ ...topic, retentionMs: retentionMs(options) })),
    services: [
      { name: 'catalog', service: catalog },
      { name: 'orders', service: orders, nextVersion: ordersVersion3, oldData: writeOldOrders },
      { name: 'relay', service: relay, database: 'orders' },
      { name: 'payments', service: payments },
      { name: 'inventory', service: inventory },
      { name: 'notifications', service: notifications },
      { name: 'search', service: search },
      { name: 'analytics', service: analytics },
      { name: 'dispatch', service: dispatch },
      { name: 'warehouse', service: warehouse },
      { name: 'gateway', service: gateway },
    ],
    parties: { psp: createPaymentProvider, mail: createMailProvider },
    workload:
      options.data === undefined
        ? createGeneratedWorkload(notes, options)
        : createDataWorkload(notes, options.data),
    operator: redriveDeadLetters,
    folds: [shopLog],
    guarantees: createGuarantees(notes, isGenerated),
    readModels: READ_MODELS,
  }
}
