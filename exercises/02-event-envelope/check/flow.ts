/**
 * The way of an event: two services that record, send, read and recognise events with the functions of the slot, and writers
 * that are somebody else's. What they do around those functions is right; what goes wrong comes from the envelope.
 */
import type { Host, Service } from '#simulator/service.ts'
import type { Event, Functions } from './functions.ts'
import { type Notes, nameOfEvent } from './notes.ts'

export interface ShipOrder {
  readonly id: string
  readonly trace_id: string
  readonly correlation_id: string
  readonly parcels: readonly Readonly<Record<string, unknown>>[]
}

/** When the first command is there. */
const COMMANDS_COME_AT_MS = 100
const RETRY_AFTER_MS = 2_000

/**
 * Ships orders: a command becomes one `ParcelShipped` for each parcel, all recorded in one transaction. The commands wait until
 * they have been carried out and everybody has been told; after a crash the service goes through them again.
 */
export function shipping(functions: () => Functions, notes: Notes, commands: readonly ShipOrder[]): Service {
  return async host => {
    const slot = functions()
    const outbox = createOutbox(host, slot, 'order.events')
    host.db.exec('CREATE TABLE IF NOT EXISTS commands (id TEXT PRIMARY KEY NOT NULL)')
    const remember = host.db.prepare('INSERT INTO commands VALUES (?) ON CONFLICT DO NOTHING')

    const execute = host.db.transaction(({ parcels, ...command }: ShipOrder) => {
      if (remember.run(command.id).changes === 0) return
      for (const data of parcels) {
        const event = slot.createEvent('ParcelShipped', data, command)
        if (event === undefined) continue
        notes.recorded({ type: 'ParcelShipped', version: 1, given: data, event, atMs: Date.now() })
        outbox.add(event)
      }
    }).immediate

    async function work(): Promise<void> {
      for (const command of commands) {
        execute(command)
        await outbox.send()
      }
    }
    const workUntilDone = () => void work().catch(() => setTimeout(workUntilDone, RETRY_AFTER_MS))
    setTimeout(workUntilDone, COMMANDS_COME_AT_MS)
  }
}

/**
 * Bills what was shipped, and counts vouchers against it: each event becomes one `ItemBilled`, whose cause it is. Of what was
 * billed it keeps an account of each order. Of a stranger's event it keeps a copy, written with `serializeEvent`.
 * @param more what the events say besides, in a later version of the service
 */
export function billing(
  functions: () => Functions,
  notes: Notes,
  more: (functions: Functions, cause: Event) => Record<string, unknown> = () => ({}),
): Service {
  return async host => {
    const { db, kafka, name } = host
    const slot = functions()
    const outbox = createOutbox(host, slot, 'billing.events')
    db.exec(`
      CREATE TABLE IF NOT EXISTS inbox (key TEXT PRIMARY KEY NOT NULL, copy TEXT);
      CREATE TABLE IF NOT EXISTS accounts (order_id TEXT PRIMARY KEY, cents INTEGER NOT NULL);
    `)
    const remember = db.prepare('INSERT INTO inbox VALUES (?, ?) ON CONFLICT DO NOTHING')
    const add = db.prepare(
      'INSERT INTO accounts VALUES (?, ?) ON CONFLICT DO UPDATE SET cents = cents + excluded.cents',
    )

    const handleOnce = db.transaction((topic: string, text: string, event: Event, copy: string | null) => {
      if (remember.run(slot.dedupeKey(event), copy).changes === 0) return
      if (topic === 'billing.events') add.run(String(event.data.orderId), Number(event.data.cents))
      else bill(event, text)
    }).immediate

    function bill(cause: Event, text: string): void {
      const { orderId, parcel, cents, postalCode = null } = cause.data
      const item = parcel === undefined ? JSON.parse(text).id : `parcel-${parcel}`
      const data = { orderId, item, cents, postalCode, ...more(slot, cause) }
      const event = slot.createEvent('ItemBilled', data, cause, 2)
      if (event === undefined) return
      notes.recorded({ type: 'ItemBilled', version: 2, given: data, event, atMs: Date.now() })
      outbox.add(event)
    }

    function copyOf(event: Event, text: string): string | null {
      const copy = slot.serializeEvent(event)
      if (copy !== undefined) notes.copied(text, copy, slot.parseEvent(copy))
      return copy ?? null
    }

    const consumer = kafka.consumer({ groupId: name.replace(/-\d+$/, '') })
    await consumer.connect()
    await consumer.subscribe({
      topics: ['order.events', 'billing.events'],
      fromBeginning: true,
    })
    await consumer.run({
      async eachMessage({ topic, message }) {
        const text = String(message.value)
        const event = slot.parseEvent(text)
        if (event === undefined) return
        const isOurs = message.headers?.event !== undefined
        if (isOurs) notes.arrived(event)
        handleOnce(topic, text, event, isOurs ? null : copyOf(event, text))
        await outbox.send()
      },
    })
  }
}

/** A service of somebody else that has nothing to say, until it is redeployed as a version that writes these texts. */
export const silent: Service = async () => {}

export function writerOf(texts: readonly string[], type: string): Service {
  return async ({ kafka }) => {
    const producer = kafka.producer()
    await producer.connect()
    const messages = texts.map(value => ({ key: '1001', value, headers: { type } }))
    await producer.send({ topic: 'order.events', messages })
  }
}

/**
 * Events wait in the database until they are sent. A crash after the send and before the mark makes them be sent again: then
 * `serializeEvent` is called again, for an event that was read back from the database.
 */
function createOutbox({ db, kafka }: Host, { parseEvent, serializeEvent }: Functions, topic: string) {
  db.exec(
    'CREATE TABLE IF NOT EXISTS outbox (position INTEGER PRIMARY KEY, value TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0)',
  )
  const insert = db.prepare('INSERT INTO outbox (value) VALUES (?)')
  const unsent = db.prepare<[], { position: number; value: string }>(
    'SELECT position, value FROM outbox WHERE sent = 0 ORDER BY position',
  )
  const mark = db.prepare('UPDATE outbox SET sent = 1 WHERE position <= ?')
  const producer = kafka.producer()

  return {
    add(event: Event): void {
      const value = serializeEvent(event)
      if (value !== undefined) insert.run(value)
    },
    async send(): Promise<void> {
      const rows = unsent.all()
      if (rows.length === 0) return
      const messages = rows.flatMap(({ value }) => {
        const event = parseEvent(value)
        const text = event === undefined ? undefined : serializeEvent(event)
        if (event === undefined || text === undefined) return []
        const headers = { type: String(event.type), event: nameOfEvent(event.type, event.data) }
        return [{ key: String(event.data.orderId), value: text, headers }]
      })
      // Not when the service starts, which it can do while the broker is away.
      await producer.connect()
      if (messages.length > 0) await producer.send({ topic, messages })
      mark.run(rows.at(-1)!.position)
    },
  }
}
