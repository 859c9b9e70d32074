/**
 * The table `outbox`: what a service wants to have sent, row by row, and what the relay has sent already.
 */

/**
 * `position` is the order in which the relay sends, `id` the id of the event, `value` the text of the message. `sent_at` is for
 * the relay: milliseconds since the epoch once the broker has the message.
 */
export const OUTBOX_TABLE = `
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
`
