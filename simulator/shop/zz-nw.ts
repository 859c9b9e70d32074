import * as nw from '#simulator/cli/northwind.ts'
import { simulate } from '#simulator/scenario/simulate.ts'
import { createShop } from '#simulator/shop/shop.ts'
import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
const data = (Object.values(nw).find(v => typeof v === 'function') as (d: string) => never)('/work/shared/data/northwind')
const t = Date.now()
const run = await simulate(createShop({ data }), { seed: 1, faults: [] }, { inspect: e => {
  const stock = new Map((e.database('inventory').prepare('SELECT id, stock FROM products').all() as any[]).map(r => [r.id, r.stock]))
  const rows = parse(readFileSync('/work/shared/data/northwind/products.csv'), { columns: true }) as any[]
  console.log('wrong stock', rows.filter(r => stock.get(r.productID) !== Number(r.unitsInStock)).map(r => [r.productID, stock.get(r.productID), r.unitsInStock]))
  console.log(e.database('analytics').prepare("SELECT substr(order_date,1,4) y, sum(revenue_cents) c, sum(orders) o FROM sales_facts GROUP BY y").all())
} })
console.log(run, Date.now() - t, process.memoryUsage().heapUsed / 1e6)
