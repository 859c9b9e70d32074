/**
 * Revenue by day, ISO week, month or year of the order's date.
 */
import type { Database } from '#simulator/service.ts'

/** How a date is written in each granularity, and how such a period looks. */
const GRANULARITIES = {
  day: { format: '%Y-%m-%d', pattern: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/ },
  week: { format: '%G-W%V', pattern: /^\d{4}-W(0[1-9]|[1-4]\d|5[0-3])$/ },
  month: { format: '%Y-%m', pattern: /^\d{4}-(0[1-9]|1[0-2])$/ },
  year: { format: '%Y', pattern: /^\d{4}$/ },
}
type Granularity = keyof typeof GRANULARITIES

export interface Period {
  granularity: Granularity
  /** One period, `1997-W03`; absent: all there are. */
  only?: string
}

export interface Revenue {
  period: string
  revenueCents: number
  orders: number
  units: number
}

/** Returns undefined for what is neither a granularity nor a period. */
export function parsePeriod(text: string): Period | undefined {
  const names = Object.keys(GRANULARITIES) as Granularity[]
  for (const granularity of names) {
    if (text === granularity) return { granularity }
    if (GRANULARITIES[granularity].pattern.test(text)) return { granularity, only: text }
  }
  return undefined
}

/** A row for each period with revenue, in order; for one period always exactly its row. */
export function readRevenue(db: Database, { granularity, only }: Period): Revenue[] {
  const rows = db
    .prepare<[string], Revenue>(`
      SELECT strftime(?, order_date) AS period,
        sum(revenue_cents) AS revenueCents, sum(orders) AS orders, sum(units) AS units
      FROM sales_facts GROUP BY period HAVING sum(orders) <> 0 ORDER BY period
    `)
    .all(GRANULARITIES[granularity].format)
  if (only === undefined) return rows
  return [rows.find(row => row.period === only) ?? { period: only, revenueCents: 0, orders: 0, units: 0 }]
}
