/**
 * What the services of a run note down for the judge, beside what is in their databases and in Kafka.
 */
import type { Event } from './functions.ts'
import { changeOf } from './values.ts'

export interface Recorded {
  readonly type: string
  readonly version: number
  /** The data as they were given to `createEvent`. */
  readonly given: Readonly<Record<string, unknown>>
  /** What `createEvent` made of them. */
  readonly event: Event
  readonly atMs: number
}

export interface Notes {
  /** What the functions of the slot did that no function should. */
  readonly complaints: Set<string>
  /** Of which text `parseEvent` made an event, although it is none. */
  readonly phantoms: Set<string>
  /** How values were changed on their way. */
  readonly changes: Set<string>
  /** What a copy of a stranger's event lacks. */
  readonly dropped: Set<string>
  /** When each event was recorded, by its name; more than once if a repetition was not recognised. */
  readonly times: Map<string, number[]>
  recorded(record: Recorded): void
  /** Compares an event that was read with what was recorded. */
  arrived(event: Event): void
  /** Compares the copy of a stranger's event with the original; `event` is the copy read once more. */
  copied(original: string, copy: string, event: Event | undefined): void
}

/** What a person would call the event: `ParcelShipped 1001/parcel-1`. The data of every event say which it is. */
export function nameOfEvent(type: unknown, { orderId, parcel, item }: Readonly<Record<string, unknown>>) {
  return `${type} ${orderId}/${parcel === undefined ? item : `parcel-${parcel}`}`
}

const FIELDS = new Set([
  'id',
  'type',
  'version',
  'time',
  'trace_id',
  'causation_id',
  'correlation_id',
  'data',
])

export function createNotes(): Notes {
  const records = new Map<string, Recorded>()
  const notes: Notes = {
    complaints: new Set(),
    phantoms: new Set(),
    changes: new Set(),
    dropped: new Set(),
    times: new Map(),
    // A transaction that is rolled back is made again, and then the later record is the one that counts.
    recorded(record) {
      const name = nameOfEvent(record.type, record.given)
      records.set(name, record)
      notes.times.set(name, [...(notes.times.get(name) ?? []), record.atMs])
    },
    arrived(event) {
      const name = nameOfEvent(event.type, event.data)
      const record = records.get(name)
      if (record === undefined) {
        notes.changes.add(`an event arrived as ${name}, which was recorded under no such name`)
        return
      }
      const change = changeOf(record.given, record.event.data, event.data)
      if (change !== undefined) notes.changes.add(`${name}: ${change}`)
      if (event.version !== record.version)
        notes.changes.add(`${name}: version ${record.version} arrived as ${String(event.version)}`)
    },
    copied(original, copy, event) {
      const before = JSON.parse(original) as Record<string, unknown>
      const after = asObject(copy)
      for (const [field, value] of Object.entries(before)) {
        if (FIELDS.has(field)) continue
        if (changeOf(value, value, after[field]) !== undefined)
          notes.dropped.add(`${before.type} ${before.id}: ${field} is gone`)
      }
      if (event === undefined) return
      const change = changeOf(before.data, before.data, event.data)
      if (change === undefined) return
      const list = change.endsWith('not at all') ? notes.dropped : notes.changes
      list.add(`${before.type} ${before.id}: ${change}`)
    },
  }
  return notes
}

function asObject(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>
  } catch {
    return {}
  }
}
