/**
 * The functions of the slot, called with care: what they throw or return by mistake is noted as theirs, and the flow goes on
 * without that event.
 */
import type { SlotModule } from '#simulator/explore/check.ts'
import type { Notes } from './notes.ts'
import { say } from './values.ts'

/** An event as the functions return it: an object with data. What else there is of it has to be looked at. */
export interface Event {
  readonly id: unknown
  readonly type: unknown
  readonly data: Readonly<Record<string, unknown>>
  readonly [field: string]: unknown
}

export interface Functions {
  createEvent(
    type: string,
    data: Readonly<Record<string, unknown>>,
    cause: object,
    version?: number,
  ): Event | undefined
  serializeEvent(event: Event): string | undefined
  parseEvent(text: string): Event | undefined
  dedupeKey(event: Event): string
  /** Whether `createEvent` takes this value in its data. What it takes has to get on the wire and off it again. */
  takes(name: string, value: unknown, cause: object): boolean
}

type AnyFunction = (...values: unknown[]) => unknown

/** @param unreadable texts that are no events: `parseEvent` is right to throw on them, and only on them */
export function functionsOf(slot: SlotModule, notes: Notes, unreadable: ReadonlySet<string>): Functions {
  /** What the function returns, if it is what it should be. */
  function call<T>(
    name: string,
    values: readonly unknown[],
    accept: (value: unknown) => value is T,
    expected: string,
  ) {
    let value: unknown
    try {
      value = (slot[name] as AnyFunction)(...values)
    } catch (error) {
      notes.complaints.add(`${name} threw ${nameOf(error)}`)
      return undefined
    }
    if (accept(value)) return value
    notes.complaints.add(`${name} returned ${describe(value)} instead of ${expected}`)
    return undefined
  }

  const functions: Omit<Functions, 'takes'> = {
    createEvent: (type, data, cause, ...version) =>
      call('createEvent', [type, data, cause, ...version], isEvent, AN_EVENT),
    serializeEvent: event => call('serializeEvent', [event], isText, 'a text'),
    parseEvent(text) {
      if (!unreadable.has(text)) return call('parseEvent', [text], isEvent, AN_EVENT)
      try {
        ;(slot.parseEvent as AnyFunction)(text)
        notes.phantoms.add(`parseEvent made an event of ${text === '' ? 'an empty text' : text}`)
      } catch {
        // As it should be: the message is put aside.
      }
      return undefined
    },
    // Something has to be remembered; the complaint is made all the same.
    dedupeKey: event => call('dedupeKey', [event], isText, 'a text') ?? 'undefined',
  }
  return {
    ...functions,
    takes(name, value, cause) {
      const { createEvent, serializeEvent, parseEvent } = slot as Record<string, AnyFunction>
      let event: unknown
      try {
        event = createEvent!('ItemBilled', { [name]: value }, cause, 2)
      } catch {
        return false
      }
      try {
        parseEvent!(serializeEvent!(event))
        return true
      } catch (error) {
        notes.changes.add(`createEvent takes ${say(value)}, which cannot be sent: ${nameOf(error)}`)
        return false
      }
    },
  }
}

const AN_EVENT = 'an event with data'

function isEvent(value: unknown): value is Event {
  const { data } = Object(value) as { data?: unknown }
  return typeof value === 'object' && value !== null && typeof data === 'object' && data !== null
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

const MOST_CHARACTERS = 160

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return describe(error)
  const message = error.message.replace(/\s+/g, ' ')
  const short = message.length > MOST_CHARACTERS ? `${message.slice(0, MOST_CHARACTERS)}…` : message
  return `${error.name}: ${short}`
}

function describe(value: unknown): string {
  if (value instanceof Promise) return 'a promise'
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return value === '' ? 'an empty text' : `the text ${value.slice(0, 40)}`
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
