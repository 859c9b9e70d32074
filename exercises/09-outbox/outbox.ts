/**
 * The outbox: messages to be sent, written in the same transaction as the change they tell of.
 */
import type { Database } from '#simulator/service.ts'
import { type Envelope, serializeEvent } from '#work/02-event-envelope/envelope.ts'
import { OUTBOX_TABLE } from './outbox-table.ts'

export interface Outbox {
  /** Call inside the transaction of the change itself, or the change may commit without its message. */
  add(topic: string, key: string, event: Envelope): void
}

export function createOutbox(db: Database): Outbox {
  db.exec(OUTBOX_TABLE)
  const insert = db.prepare('INSERT INTO outbox (id, topic, key, type, value) VALUES (?, ?, ?, ?, ?)')
  return {
    add(topic, key, event) {
      insert.run(event.id, topic, key, event.type, serializeEvent(event))
    },
  }
}
