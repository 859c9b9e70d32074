/**
 * Stock and weekly sales: what each event does to them. Every function here runs inside the caller's transaction.
 */
import { z } from 'zod'
import { createOutbox } from '#exercises/09-outbox/outbox.ts'
import type { Database } from '#simulator/service.ts'
import { createEvent, type Envelope } from '#work/02-event-envelope/envelope.ts'

/** The part of each event that inventory needs; whatever else it carries is none of its business. */
const Lines = z.array(z.object({ productId: z.string(), quantity: z.int().positive() }))
const OrderPlaced = z.object({ orderId: z.string(), lines: Lines })
const OrderConfirmed = z.object({ orderDate: z.iso.date(), lines: Lines })
const OrderCancelled = OrderConfirmed.extend({ orderId: z.string(), wasConfirmed: z.boolean() })
const Product = z.object({
  productId: z.string(),
  version: z.int().positive(),
  name: z.string(),
  openingStock: z.int().nonnegative(),
  unitsOnOrder: z.int().nonnegative(),
  reorderLevel: z.int().nonnegative(),
  discontinued: z.boolean(),
})
type Line = z.infer<typeof Lines>[number]

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS products (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, name TEXT NOT NULL,
    stock INTEGER NOT NULL CHECK (stock >= 0),
    on_order INTEGER NOT NULL, reorder_level INTEGER NOT NULL, discontinued INTEGER NOT NULL
  );
  -- status: waiting (for a product that is not listed yet), reserved, rejected or cancelled; lines: what is held
  CREATE TABLE IF NOT EXISTS reservations (
    order_id TEXT PRIMARY KEY, status TEXT NOT NULL, lines TEXT NOT NULL DEFAULT '[]', waiting_event TEXT
  );
  CREATE INDEX IF NOT EXISTS reservations_waiting ON reservations (order_id) WHERE status = 'waiting';
  CREATE TABLE IF NOT EXISTS weekly_sales (
    product_id TEXT, week TEXT, units INTEGER NOT NULL, PRIMARY KEY (product_id, week)
  ) WITHOUT ROWID;
`

export function createStock(db: Database) {
  db.exec(SCHEMA)
  const outbox = createOutbox(db)
  const findReservation = db.prepare<[string], { status: string; lines: string }>(
    'SELECT status, lines FROM reservations WHERE order_id = ?',
  )
  const save = db.prepare(`
    INSERT INTO reservations (order_id, status, lines, waiting_event) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET status = excluded.status, lines = excluded.lines, waiting_event = excluded.waiting_event
  `)
  const findWaiting = db.prepare<[], { waiting_event: string }>(
    "SELECT waiting_event FROM reservations WHERE status = 'waiting' ORDER BY rowid",
  )
  const stockOf = db.prepare<[string], { stock: number }>('SELECT stock FROM products WHERE id = ?')
  const addToStock = db.prepare('UPDATE products SET stock = stock + ? WHERE id = ?')
  const addToWeek = db.prepare(`
    INSERT INTO weekly_sales VALUES (?, strftime('%G-W%V', ?), ?)
    ON CONFLICT DO UPDATE SET units = units + excluded.units
  `)
  const saveProduct = db.prepare(`
    INSERT INTO products VALUES (@productId, @version, @name, @openingStock, @unitsOnOrder, @reorderLevel, @discontinued)
    ON CONFLICT DO UPDATE SET version = excluded.version, name = excluded.name, on_order = excluded.on_order,
      reorder_level = excluded.reorder_level, discontinued = excluded.discontinued
    WHERE excluded.version > version
  `)
  const publish = (type: string, orderId: string, cause: Envelope, more: object = {}) =>
    outbox.add('stock.events', orderId, createEvent(type, { orderId, ...more }, cause))

  /** All lines, or none. */
  function reserve(event: Envelope) {
    const { orderId, lines } = OrderPlaced.parse(event.data)
    const wanted = addUp(lines)
    const stocks = wanted.map(line => stockOf.get(line.productId)?.stock)
    if (stocks.includes(undefined)) {
      save.run(orderId, 'waiting', '[]', JSON.stringify(event))
      return
    }
    const short = wanted.findIndex((line, index) => line.quantity > stocks[index]!)
    if (short >= 0) {
      save.run(orderId, 'rejected', '[]', null)
      publish('StockRejected', orderId, event, { ...wanted[short], available: stocks[short] })
      return
    }
    for (const { productId, quantity } of wanted) addToStock.run(-quantity, productId)
    save.run(orderId, 'reserved', JSON.stringify(wanted), null)
    publish('StockReserved', orderId, event, { lines: wanted })
  }

  function place(event: Envelope) {
    // A row that is there already is a cancellation that came first: the order stays cancelled.
    if (findReservation.get(OrderPlaced.parse(event.data).orderId) === undefined) reserve(event)
  }

  function cancel(event: Envelope) {
    const { orderId, orderDate, lines, wasConfirmed } = OrderCancelled.parse(event.data)
    const held: Line[] = JSON.parse(findReservation.get(orderId)?.lines ?? '[]')
    for (const { productId, quantity } of held) addToStock.run(quantity, productId)
    save.run(orderId, 'cancelled', '[]', null)
    if (held.length > 0) publish('StockReleased', orderId, event, { lines: held })
    if (wasConfirmed) countSales(orderDate, lines, -1)
  }

  function confirm(event: Envelope) {
    const { orderDate, lines } = OrderConfirmed.parse(event.data)
    countSales(orderDate, lines, +1)
  }

  /** Adding and taking back commute, so it does not matter which of the two arrives first. */
  function countSales(orderDate: string, lines: Line[], sign: 1 | -1) {
    for (const { productId, quantity } of lines) addToWeek.run(productId, orderDate, sign * quantity)
  }

  /** The opening stock counts once, when the product is new; after that the stock is what inventory knows. */
  function list(event: Envelope) {
    const product = Product.parse(event.data)
    saveProduct.run({ ...product, discontinued: Number(product.discontinued) })
    for (const { waiting_event } of findWaiting.all()) reserve(JSON.parse(waiting_event))
  }

  const effects: Record<string, ((event: Envelope) => void) | undefined> = {
    OrderPlaced: place,
    OrderConfirmed: confirm,
    OrderCancelled: cancel,
    ProductListed: list,
    ProductChanged: list,
  }
  return { effects }
}

/** Units per product: an order may name a product in several lines. */
function addUp(lines: Line[]): Line[] {
  const units = new Map<string, number>()
  for (const { productId, quantity } of lines) units.set(productId, (units.get(productId) ?? 0) + quantity)
  return [...units].map(([productId, quantity]) => ({ productId, quantity }))
}
