/**
 * The service whose outbox is to be relayed. It keeps a list of what it has written, whatever becomes of the outbox.
 */
import { OUTBOX_TABLE } from '#exercises/09-outbox/outbox-table.ts'
import { rowsOf } from '#simulator/explore/evidence.ts'
import type { Evidence } from '#simulator/scenario/scenario.ts'
import type { Database, Service } from '#simulator/service.ts'

export interface Event {
  readonly position: number
  readonly id: string
  readonly topic: string
  readonly key: string
  readonly type: string
  readonly value: string
  /** For how long the database did not let it be written. */
  readonly waitedMs: number
}

export const TOPICS = ['order.events', 'invoice.events'] as const

const TWO_MONTHS_MS = 60 * 86_400_000
/** Two relays are at work from before this on. */
const PAIR_AT_MS = 180_000
export const LAST_EVENT_AT_MS = PAIR_AT_MS + 600

/**
 * The events of each moment are written in one transaction. Neither the ids nor the times sort as the positions do: some events
 * come from a till that was offline for two months, and all get their ids elsewhere.
 */
const WRITES = [
  {
    atMs: 50,
    events: [
      { id: 'e-71', key: 'order-1', type: 'OrderPlaced', ageMs: TWO_MONTHS_MS - 5_000 },
      { id: 'e-24', key: 'order-2', type: 'OrderPlaced', ageMs: TWO_MONTHS_MS },
      { id: 'e-38', key: 'order-1', type: 'InvoiceIssued', ageMs: TWO_MONTHS_MS },
      { id: 'e-65', key: 'order-1', type: 'OrderPaid', ageMs: TWO_MONTHS_MS },
    ],
  },
  { atMs: 1_050, events: [{ id: 'e-52', key: 'order-1', type: 'OrderShipped', ageMs: 0 }] },
  {
    atMs: PAIR_AT_MS,
    events: [
      { id: 'e-93', key: 'order-1', type: 'OrderDelivered', ageMs: 0 },
      { id: 'e-19', key: 'order-2', type: 'OrderPaid', ageMs: 0 },
    ],
  },
  { atMs: PAIR_AT_MS + 300, events: [{ id: 'e-47', key: 'order-2', type: 'OrderShipped', ageMs: 0 }] },
  { atMs: LAST_EVENT_AT_MS, events: [{ id: 'e-11', key: 'order-1', type: 'OrderReturned', ageMs: 0 }] },
] as const
type Write = (typeof WRITES)[number]

const WRITE_AGAIN_AFTER_MS = 50

export const orders: Service = async ({ db }) => {
  // SQL promises no order without ORDER BY. SQLite's own means to show who relies on one.
  db.pragma('reverse_unordered_selects = ON')
  createTables(db)
  const insert = db.prepare('INSERT INTO outbox (id, topic, key, type, value) VALUES (?, ?, ?, ?, ?)')
  const log = db.prepare('INSERT INTO event_log VALUES (?, ?, ?, ?, ?, ?, ?)')
  const write = db.transaction(({ atMs, events }: Write, waitedMs: number) => {
    for (const { id, key, type, ageMs } of events) {
      const topic = type.startsWith('Invoice') ? 'invoice.events' : 'order.events'
      const time = new Date(Date.UTC(2026, 0, 5, 9) + atMs - ageMs).toISOString()
      const data = { orderId: key }
      const value = JSON.stringify({ id, type, version: 1, time, trace_id: `trace-${key}`, data })
      const { lastInsertRowid } = insert.run(id, topic, key, type, value)
      log.run(id, lastInsertRowid, topic, key, type, value, waitedMs)
    }
  })
  for (const next of WRITES) {
    await sleep(next.atMs - performance.now())
    while (!attempt(() => write(next, performance.now() - next.atMs))) await sleep(WRITE_AGAIN_AFTER_MS)
  }
}

/** What has been written, in the order of the outbox. */
export function eventLog(evidence: Evidence): Event[] {
  type Row = Omit<Event, 'waitedMs'> & { waited_ms: number }
  const columns = ['position', 'id', 'topic', 'key', 'type', 'value', 'waited_ms']
  const rows = rowsOf<Row>(evidence, 'orders', 'event_log', columns)
  return rows
    .map(({ waited_ms, ...event }) => ({ ...event, waitedMs: waited_ms }))
    .sort((a, b) => a.position - b.position)
}

function attempt(action: () => void): boolean {
  try {
    action()
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code === 'SQLITE_BUSY') return false
    throw error
  }
}

async function sleep(delayMs: number): Promise<void> {
  if (delayMs > 0) await new Promise(resolve => setTimeout(resolve, delayMs))
}

function createTables(db: Database): void {
  db.exec(`
    ${OUTBOX_TABLE}
    CREATE TABLE IF NOT EXISTS event_log (
      id TEXT PRIMARY KEY, position INTEGER, topic TEXT, key TEXT, type TEXT, value TEXT, waited_ms INTEGER
    );
  `)
}
