/**
 * The outbox: messages to be sent, written in the same transaction as the change they tell of.
 */

import { createSqliteEventStore } from '#simulator/event-store/sqlite.ts'
import type { Database } from '#simulator/service.ts'
import type { Envelope } from '#work/02-event-envelope/envelope.ts'

export interface Outbox {
  /** Call inside the transaction of the change itself, or the change may commit without its message. */
  add(topic: string, key: string, event: Envelope): void
}

/** Sent rows are kept without their content: they say what this service ever published, and cost the relay nothing (partial index). */
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
      insert.run(event.id, topic, key, event.type, JSON.stringify(event))
    },
  }
}

/** An event store that publishes what it stores. */
export interface PublishingStore {
  /** The events of a stream as envelopes, and the version to expect when appending to it. */
  read(stream: string): { events: Envelope[]; version: number }
  /**
   * Appends the events and their outbox rows, all or none; joins an open transaction.
   * @throws ExpectedVersionConflictError when somebody else has appended since `expectedVersion` was read.
   */
  append(stream: string, expectedVersion: number, events: readonly Envelope[]): void
}

/** @param topic where all of this store's events are published, keyed by their stream */
export function createPublishingStore(db: Database, topic: string): PublishingStore {
  const store = createSqliteEventStore(db)
  const outbox = createOutbox(db)

  const appendAll = db.transaction((stream: string, expectedVersion: number, events: readonly Envelope[]) => {
    const stored = events.map(({ id, type, data, ...metadata }) => ({ id, type, data, metadata }))
    store.appendToStream(stream, stored, { expectedStreamVersion: expectedVersion })
    for (const event of events) outbox.add(topic, stream, event)
  }).immediate

  return {
    read(stream) {
      const { events, currentStreamVersion } = store.readStream(stream)
      const envelopes = events.map(
        ({ id, type, data, metadata }) => ({ id, type, data, ...metadata }) as Envelope,
      )
      return { events: envelopes, version: currentStreamVersion }
    },
    append: (stream, expectedVersion, events) => appendAll(stream, expectedVersion, events),
  }
}
