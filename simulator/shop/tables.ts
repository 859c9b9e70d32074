/**
 * Which tables of the services the judge looks at, and how their rows are read.
 */
import type { Database } from '#simulator/service.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'

/**
 * Rows of a query, none when the service has not created the table yet.
 * @throws WorkbenchError `missing-table` when the table has other columns: a service may be a student's
 */
export function* rowsOf<Row>(db: Database, sql: string): Iterable<Row> {
  let statement: ReturnType<typeof db.prepare<[], Row>>
  try {
    statement = db.prepare<[], Row>(sql)
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('no such table')) return
    throw new WorkbenchError(
      'missing-table',
      `A report of the shop cannot be read: ${error instanceof Error ? error.message : error} (${sql.trim().replace(/\s+/g, ' ')}).`,
      'Keep the tables and columns that the exercise’s README names; others you may add.',
    )
  }
  yield* statement.all()
}

export interface StockRow {
  id: string
  stock: number
  onOrder: number
  reorderLevel: number
  discontinued: number
}
export const STOCK = `
  SELECT id, stock, on_order AS onOrder, reorder_level AS reorderLevel, discontinued FROM products ORDER BY id`

export interface WeeklySalesRow {
  productId: string
  week: string
  units: number
}
export const WEEKLY_SALES = `
  SELECT product_id AS productId, week, units FROM weekly_sales WHERE units <> 0 ORDER BY product_id, week`

export interface ShelfRow {
  productId: string
  units: number
}
export const SHELF = 'SELECT product_id AS productId, units FROM stock ORDER BY product_id'

export interface SearchRow {
  id: string
  name: string
  category: string
  unitPriceCents: number
  discontinued: number
  popularity: number
  /** What the full-text index has. */
  indexed: string | null
}
export const SEARCH = `
  SELECT id, products.name, products.category, unit_price_cents AS unitPriceCents, discontinued, popularity,
    product_text.name || '/' || product_text.category AS indexed
  FROM products LEFT JOIN product_text ON product_text.rowid = number ORDER BY id`

export interface RevenueRow {
  date: string
  cents: number
}
export const REVENUE = `
  SELECT order_date AS date, sum(revenue_cents) AS cents FROM sales_facts
  GROUP BY order_date HAVING sum(revenue_cents) <> 0 ORDER BY order_date`
