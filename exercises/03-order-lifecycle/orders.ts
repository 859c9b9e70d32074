/**
 * The service around your file: load, fold, decide, append, and once more from the start when somebody else was first.
 *
 * An order that it has worked with stays alive in memory, as in an actor. Its events are folded when the process has
 * been started anew, and when another process has written some.
 */
import type { Service } from '#simulator/service.ts'
import type { Command, Order, OrderEvent } from './contract.ts'

/** What your file exports. */
export interface Decider {
  decide(command: Command, order: Order): OrderEvent[]
  evolve(order: Order, event: OrderEvent): Order
  initialState(): Order
}

/** An order as it is after so many events. */
export interface Version {
  readonly version: number
  readonly order: Order
}

/** What became of a command: `refused` by an error called Refused, `failed` by any other, or by a result that is no list. */
export type Decision =
  | { readonly events: OrderEvent[] }
  | { readonly refused: string }
  | { readonly failed: string }

/** Gets to know each decision, with the version of the order that it was made on, and what each order looks like. */
export interface Observer {
  decided(orderId: string, version: number, command: Command, decision: Decision): void
  /** Somebody got an answer about the order. `order` is JSON. */
  answered(orderId: string, version: number, order: string): void
  unreadable(orderId: string, problem: string): void
}

/** The store is somewhere else, so that between reading and writing there is time for others. */
const STORE_LATENCY_MS = 100
const MOST_CONFLICTS = 5

export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS events (
    order_id TEXT, version INTEGER, type TEXT NOT NULL, data TEXT NOT NULL, command TEXT,
    PRIMARY KEY (order_id, version)
  ) WITHOUT ROWID`

export function createOrders(decider: Decider, observer: Observer): Service {
  return async ({ db, listen }) => {
    db.exec(SCHEMA)
    const findEvents = db.prepare<[string, number], { version: number; type: string; data: string }>(
      'SELECT version, type, data FROM events WHERE order_id = ? AND version > ? ORDER BY version',
    )
    // All events of a decision in one statement: all of them are stored, or none. The primary key says who was first.
    const append = db.prepare<[{ orderId: string; version: number; command: string; events: string }]>(`
      INSERT INTO events
      SELECT @orderId, @version + key + 1, value ->> 'type', value -> 'data', @command FROM json_each(@events)`)
    const alive = new Map<string, Version>()

    function load(orderId: string): Version {
      const before = alive.get(orderId)
      const rows = findEvents.all(orderId, before?.version ?? 0)
      const events = rows.map(({ type, data }) => ({ type, data: JSON.parse(data) }) as OrderEvent)
      const after = {
        version: rows.at(-1)?.version ?? before?.version ?? 0,
        order: fold(orderId, before, events),
      }
      alive.set(orderId, after)
      return after
    }

    async function execute(orderId: string, command: Command): Promise<Version> {
      for (let conflicts = 0; ; conflicts++) {
        const before = load(orderId)
        const decision = decideOn(decider, command, before.order)
        observer.decided(orderId, before.version, command, decision)
        if ('refused' in decision) throw new Unanswerable(409, decision.refused)
        if ('failed' in decision) throw new Unanswerable(500, decision.failed)
        if (decision.events.length === 0) return before
        // Folded before it is stored: what cannot be folded must not get into the store.
        const after = {
          version: before.version + decision.events.length,
          order: fold(orderId, before, decision.events),
        }
        await new Promise(resolve => setTimeout(resolve, STORE_LATENCY_MS))
        try {
          const events = JSON.stringify(decision.events)
          append.run({ orderId, version: before.version, command: JSON.stringify(command), events })
        } catch (error) {
          if (!isConflict(error) || conflicts === MOST_CONFLICTS) throw error
          continue
        }
        alive.set(orderId, after)
        return after
      }
    }

    function fold(orderId: string, before: Version | undefined, events: readonly OrderEvent[]): Order {
      try {
        return events.reduce(
          (order, event) => decider.evolve(order, event),
          before?.order ?? decider.initialState(),
        )
      } catch (error) {
        observer.unreadable(orderId, describe(error))
        throw new Unanswerable(500, `${orderId} cannot be read`)
      }
    }

    function answer(orderId: string, { version, order }: Version): string {
      const text = JSON.stringify(order) ?? 'null'
      observer.answered(orderId, version, text)
      return text
    }

    listen({
      async fetch(request) {
        const [, what = '', orderId = ''] = new URL(request.url).pathname.split('/')
        try {
          if (request.method === 'GET') {
            const found = load(orderId)
            if (found.version === 0) return new Response('unknown order', { status: 404 })
            return new Response(answer(orderId, found), { headers: { 'content-type': 'application/json' } })
          }
          answer(orderId, await execute(orderId, COMMANDS[what] ?? ((await request.json()) as Command)))
          return new Response(null, { status: 204 })
        } catch (error) {
          if (error instanceof Unanswerable) return new Response(error.message, { status: error.status })
          // Nothing was stored, so that the same request may be sent again.
          if (isDatabaseError(error)) return new Response('database unavailable', { status: 503 })
          throw error
        }
      },
    })
  }
}

/** `POST /authorize/order-1001`. Only `/place` needs a body. */
const COMMANDS: Readonly<Record<string, Command>> = {
  authorize: { type: 'RecordPayment', outcome: 'authorized' },
  decline: { type: 'RecordPayment', outcome: 'declined' },
  reserve: { type: 'RecordStock', outcome: 'reserved' },
  reject: { type: 'RecordStock', outcome: 'rejected' },
  cancel: { type: 'CancelOrder' },
  ship: { type: 'ShipOrder' },
}

/** Asks your file, and takes whatever comes. */
export function decideOn({ decide }: Decider, command: Command, order: Order): Decision {
  try {
    const events: unknown = decide(command, order)
    if (Array.isArray(events)) return { events }
    // What comes of it later is nobody's business.
    if (events instanceof Promise) events.catch(() => {})
    const what = events instanceof Promise ? 'a promise' : events === null ? 'null' : typeof events
    return { failed: `decide returned ${what} and not a list of events` }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return error instanceof Error && error.name === 'Refused'
      ? { refused: said }
      : { failed: `decide threw ${describe(error)}` }
  }
}

export function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

class Unanswerable extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}

function isDatabaseError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_')
}

function isConflict(error: unknown): boolean {
  return isDatabaseError(error) && (error as { code?: unknown }).code === 'SQLITE_CONSTRAINT_PRIMARYKEY'
}
