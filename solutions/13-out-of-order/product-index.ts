/**
 * Products with their popularity (units in confirmed orders), and the full-text index over them.
 * https://www.sqlite.org/fts5.html
 */
import type { Database } from '#simulator/service.ts'

export interface Product {
  productId: string
  version: number
  name: string
  category: string
  unitPriceCents: number
  discontinued: boolean
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS products (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, name TEXT NOT NULL,
    category TEXT NOT NULL, unit_price_cents INTEGER NOT NULL, discontinued INTEGER NOT NULL,
    popularity INTEGER NOT NULL DEFAULT 0
  );
  CREATE VIRTUAL TABLE IF NOT EXISTS product_text USING fts5 (name, category);
  -- Units of products that are not known yet; they wait here, across restarts, until the product arrives.
  CREATE TABLE IF NOT EXISTS parked_units (product_id TEXT PRIMARY KEY, units INTEGER NOT NULL) WITHOUT ROWID;
`
const MOST_RESULTS = 50
const MOST_WORDS = 16

export function createProductIndex(db: Database) {
  db.exec(SCHEMA)
  const upsert = db.prepare<[Omit<Product, 'discontinued'> & { discontinued: number }], { number: number }>(`
    INSERT INTO products (id, version, name, category, unit_price_cents, discontinued)
    VALUES (@productId, @version, @name, @category, @unitPriceCents, @discontinued)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name, category = excluded.category,
      unit_price_cents = excluded.unit_price_cents, discontinued = excluded.discontinued
    WHERE excluded.version > version
    RETURNING number
  `)
  const removeText = db.prepare('DELETE FROM product_text WHERE rowid = ?')
  const insertText = db.prepare('INSERT INTO product_text (rowid, name, category) VALUES (?, ?, ?)')
  const addUnits = db.prepare('UPDATE products SET popularity = popularity + ? WHERE id = ?')
  const park = db.prepare(
    'INSERT INTO parked_units VALUES (?, ?) ON CONFLICT DO UPDATE SET units = units + excluded.units',
  )
  const unpark = db.prepare<[string], { units: number }>(
    'DELETE FROM parked_units WHERE product_id = ? RETURNING units',
  )
  const columns = 'id, name, category, unit_price_cents AS unitPriceCents, popularity'
  const findAll = db.prepare(`
    SELECT ${columns} FROM products WHERE NOT discontinued ORDER BY popularity DESC, id LIMIT ${MOST_RESULTS}
  `)
  const findMatches = db.prepare(`
    SELECT ${columns} FROM products
    WHERE number IN (SELECT rowid FROM product_text WHERE product_text MATCH ?) AND NOT discontinued
    ORDER BY popularity DESC, id LIMIT ${MOST_RESULTS}
  `)

  return {
    /** Keeps what it has when that is the same version or a newer one. */
    save(product: Product) {
      const saved = upsert.get({ ...product, discontinued: Number(product.discontinued) })
      if (saved === undefined) return
      removeText.run(saved.number)
      insertText.run(saved.number, product.name, product.category)
      const parked = unpark.get(product.productId)
      if (parked !== undefined) addUnits.run(parked.units, product.productId)
    },
    addUnits(productId: string, units: number) {
      if (addUnits.run(units, productId).changes === 0) park.run(productId, units)
    },
    /** Products that have all the words of `text`, or words that begin with them; the most popular ones first. */
    find(text: string) {
      const query = toQuery(text)
      return query === '' ? findAll.all() : findMatches.all(query)
    },
  }
}

/** Only letters and digits get through, each word in quotes: nothing that people type is an operator of FTS5. */
function toQuery(text: string): string {
  const words = text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  return words
    .slice(0, MOST_WORDS)
    .map(word => `"${word}"*`)
    .join(' ')
}
