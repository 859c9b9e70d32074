/**
 * The outbox: messages to be sent, written in the same transaction as the change they tell of.
 */
import type { Database } from '#simulator/service.ts'
import { type Envelope, serializeEvent } from '#work/02-event-envelope/envelope.ts'

export interface Outbox {
  /** Call inside the transaction of the change itself, or the change may commit without its message. */
  add(topic: string, key: string, event: Envelope): void
}

/** `sent_at` is for the relay: milliseconds since the epoch once the broker has the message. */
export function createOutbox(db: Database): Outbox {
  db.exec(`
    CREATE TABLE IF NOT EXISTS outbox (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      topic TEXT NOT NULL,
      key TEXT NOT NULL,
      type TEXT NOT NULL,
      value TEXT NOT NULL,
      sent_at INTEGER
    );
    CREATE INDEX IF NOT EXISTS outbox_unsent ON outbox (position) WHERE sent_at IS NULL;
  `)
  const insert = db.prepare('INSERT INTO outbox (id, topic, key, type, value) VALUES (?, ?, ?, ?, ?)')
  return {
    add(topic, key, event) {
      insert.run(event.id, topic, key, event.type, serializeEvent(event))
    },
  }
}
