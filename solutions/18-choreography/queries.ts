/**
 * The read side of inventory.
 */
import type { Database } from '#simulator/service.ts'

interface Candidate {
  id: string
  name: string
  stock: number
  onOrder: number
  reorderLevel: number
  /** JSON: units by ISO week. */
  soldByWeek: string
}

/** What to buy: products still sold whose stock, with what is on its way, is at or below their reorder level. */
export function readReorderCandidates(db: Database) {
  return db
    .prepare<[], Candidate>(`
      SELECT id, name, stock, on_order AS onOrder, reorder_level AS reorderLevel,
        (SELECT json_group_object(week, units) FROM weekly_sales WHERE product_id = products.id AND units <> 0)
          AS soldByWeek
      FROM products WHERE NOT discontinued AND stock + on_order <= reorder_level ORDER BY id
    `)
    .all()
    .map(product => ({ ...product, soldByWeek: JSON.parse(product.soldByWeek) as Record<string, number> }))
}

/** Units sold for each product and ISO week of the order's date. */
export function readWeeklySales(db: Database) {
  return db
    .prepare<[], { productId: string; week: string; units: number }>(
      'SELECT product_id AS productId, week, units FROM weekly_sales WHERE units <> 0 ORDER BY product_id, week',
    )
    .all()
}
