/**
 * Orders per second through the whole flow: HTTP, event store, outbox, Kafka, payment, mail, stock, search and revenue.
 */
import { readNorthwind } from '#simulator/cli/northwind.ts'
import { simulate } from '#simulator/scenario/simulate.ts'
import type { DataSet } from '#simulator/shop/data-set.ts'
import { createShop } from '#simulator/shop/shop.ts'
import type { Variant } from './compare.ts'

const ORDERS = 830

/** @param folder CSV files in the Northwind layout; without it as many generated orders */
export function flow(folder: string | undefined): readonly Variant[] {
  const data: DataSet | undefined = folder === undefined ? undefined : readNorthwind(folder)
  const orders = data?.orders.length ?? ORDERS
  const run = async (options: { hash: boolean; keep: boolean }) => {
    const kept: unknown[] = []
    const result = await simulate(
      createShop(data === undefined ? { orders } : { data }),
      { seed: 1, faults: [] },
      { hash: options.hash, ...(options.keep ? { onRecord: (record: unknown) => kept.push(record) } : {}) },
    )
    if (!result.holds) throw new Error('the happy path does not hold')
    return orders
  }
  return [
    { name: `${orders} orders, judged`, work: () => run({ hash: false, keep: false }) },
    { name: `${orders} orders, trace hashed`, work: () => run({ hash: true, keep: false }) },
    { name: `${orders} orders, trace hashed and kept`, work: () => run({ hash: true, keep: true }) },
  ]
}
