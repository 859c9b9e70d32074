/**
 * The products that search knows, the full-text index over them, which SQLite keeps up to date, and the query side:
 * `GET /search/products?q=`, the most popular ones first. https://www.sqlite.org/fts5.html
 */
import type { Database, Host } from '#simulator/service.ts'

const MOST_RESULTS = 50
const MOST_WORDS = 16

/** Creates the table `products` with its index, where there is none, and answers queries. */
export function serveProducts(host: Host): void {
  createProducts(host.db)
  const find = createFind(host.db)
  host.listen({
    fetch(request) {
      const { pathname, searchParams } = new URL(request.url)
      if (pathname !== '/search/products' || request.method !== 'GET')
        return problem(404, 'Not found', pathname)
      try {
        return Response.json(find(searchParams.get('q') ?? ''))
      } catch (error) {
        // A read that fails (a locked database) has changed nothing: the caller may ask again.
        return problem(503, 'Service unavailable', error instanceof Error ? error.message : String(error))
      }
    },
  })
}

export function createProducts(db: Database): void {
  db.exec(`
    CREATE TABLE IF NOT EXISTS products (
      number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, name TEXT NOT NULL,
      category TEXT NOT NULL, unit_price_cents INTEGER NOT NULL, discontinued INTEGER NOT NULL,
      popularity INTEGER NOT NULL DEFAULT 0
    );
    CREATE VIRTUAL TABLE IF NOT EXISTS product_text USING fts5 (name, category);
    CREATE TRIGGER IF NOT EXISTS product_added AFTER INSERT ON products BEGIN
      INSERT INTO product_text (rowid, name, category) VALUES (new.number, new.name, new.category);
    END;
    CREATE TRIGGER IF NOT EXISTS product_renamed AFTER UPDATE OF name, category ON products BEGIN
      UPDATE product_text SET name = new.name, category = new.category WHERE rowid = new.number;
    END;
    CREATE TRIGGER IF NOT EXISTS product_removed AFTER DELETE ON products BEGIN
      DELETE FROM product_text WHERE rowid = old.number;
    END;
  `)
}

/** Products that have all the words of a text, or words that begin with them. */
export function createFind(db: Database): (text: string) => unknown[] {
  const columns = 'id, name, category, unit_price_cents AS unitPriceCents, popularity'
  const all = db.prepare(`
    SELECT ${columns} FROM products WHERE NOT discontinued ORDER BY popularity DESC, id LIMIT ${MOST_RESULTS}
  `)
  const matches = db.prepare(`
    SELECT ${columns} FROM products
    WHERE number IN (SELECT rowid FROM product_text WHERE product_text MATCH ?) AND NOT discontinued
    ORDER BY popularity DESC, id LIMIT ${MOST_RESULTS}
  `)
  return text => {
    const query = toQuery(text)
    return query === '' ? all.all() : matches.all(query)
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

function problem(status: number, title: string, detail: string): Response {
  return Response.json(
    { type: 'about:blank', title, status, detail },
    { status, headers: { 'content-type': 'application/problem+json' } },
  )
}
