/**
 * The read models of the shop, each with what the log says it should be.
 */
import type { Evidence, ReadModel } from '#simulator/scenario/scenario.ts'
import { shopLog } from './log-fold.ts'
import {
  REVENUE,
  type RevenueRow,
  rowsOf,
  SEARCH,
  type SearchRow,
  SHELF,
  type ShelfRow,
  STOCK,
  type StockRow,
  WEEKLY_SALES,
  type WeeklySalesRow,
} from './tables.ts'

type FoldEvidence = Pick<Evidence, 'fold'>

export const stockModel: ReadModel = {
  name: 'stock',
  database: 'inventory',
  read: db =>
    toMap(rowsOf<StockRow>(db, STOCK), ({ id, ...row }) => [
      id,
      { ...row, discontinued: row.discontinued !== 0 },
    ]),
  expected(evidence: FoldEvidence) {
    const { products, held } = evidence.fold(shopLog)
    return toMap(products, ([id, product]) => [
      id,
      {
        stock: product.openingStock - (held.get(id) ?? 0),
        onOrder: product.unitsOnOrder,
        reorderLevel: product.reorderLevel,
        discontinued: product.discontinued,
      },
    ])
  },
}

export const weeklySalesModel: ReadModel = {
  name: 'weekly-sales',
  database: 'inventory',
  read: db =>
    toMap(rowsOf<WeeklySalesRow>(db, WEEKLY_SALES), ({ productId, week, units }) => [
      `${productId} in ${week}`,
      units,
    ]),
  expected(evidence: FoldEvidence) {
    const rows = new Map<string, unknown>()
    for (const [productId, weeks] of evidence.fold(shopLog).weeklySales)
      for (const [week, units] of weeks) if (units !== 0) rows.set(`${productId} in ${week}`, units)
    return rows
  },
}

export const searchModel: ReadModel = {
  name: 'search',
  database: 'search',
  read: db =>
    toMap(rowsOf<SearchRow>(db, SEARCH), ({ id, ...row }) => [
      id,
      { ...row, discontinued: row.discontinued !== 0 },
    ]),
  expected(evidence: FoldEvidence) {
    const { products, popularity } = evidence.fold(shopLog)
    return toMap(products, ([id, { name, category, unitPriceCents, discontinued }]) => [
      id,
      {
        name,
        category,
        unitPriceCents,
        discontinued,
        popularity: popularity.get(id) ?? 0,
        indexed: `${name}/${category}`,
      },
    ])
  },
}

export const revenueModel: ReadModel = {
  name: 'revenue',
  database: 'analytics',
  read: db => toMap(rowsOf<RevenueRow>(db, REVENUE), ({ date, cents }) => [date, cents]),
  expected(evidence: FoldEvidence) {
    const rows = new Map<string, unknown>()
    for (const [date, cents] of evidence.fold(shopLog).revenue) if (cents !== 0) rows.set(date, cents)
    return rows
  },
}

export const ON_THE_SHELF = ' on the shelf'

/** What the warehouse has and what it handed out: the tables of exercise 12. */
export const warehouseModel: ReadModel = {
  name: 'warehouse',
  database: 'warehouse',
  read(db) {
    const rows = new Map<string, unknown>()
    for (const { productId, units } of rowsOf<ShelfRow>(db, SHELF))
      rows.set(`${productId}${ON_THE_SHELF}`, units)
    for (const { productId, week, units } of rowsOf<WeeklySalesRow>(db, WEEKLY_SALES))
      rows.set(`${productId} in ${week}`, units)
    return rows
  },
  expected(evidence: FoldEvidence) {
    const { products, popularity, handedOut } = evidence.fold(shopLog)
    const rows = new Map<string, unknown>()
    for (const [id, { openingStock }] of products)
      rows.set(`${id}${ON_THE_SHELF}`, openingStock - (popularity.get(id) ?? 0))
    for (const [id, weeks] of handedOut)
      for (const [week, units] of weeks) rows.set(`${id} in ${week}`, units)
    return rows
  },
}

export const READ_MODELS = [stockModel, weeklySalesModel, searchModel, revenueModel, warehouseModel]

function toMap<T>(items: Iterable<T>, entry: (item: T) => [string, unknown]): Map<string, unknown> {
  const map = new Map<string, unknown>()
  for (const item of items) map.set(...entry(item))
  return map
}
