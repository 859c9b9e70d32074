/**
 * The products that search knows, and the full-text index over their names and categories, which SQLite keeps up to date.
 * https://www.sqlite.org/fts5.html
 */
import type { Database } from '#simulator/service.ts'

export function createProductTables(db: Database): void {
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
