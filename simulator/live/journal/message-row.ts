/**
 * A message as a row of the journal's table: text stays text, bytes stay bytes, and headers, which can hold either, are JSON.
 */
import type { JournalMessage } from '#simulator/kafka/journal.ts'
import { type Origin, PLAIN, type StoredBytes } from '#simulator/kafka/stored-message.ts'

/** In the order of the columns, from `timestamp` on. */
export type MessageRow = readonly [
  timestamp: number,
  key: StoredBytes,
  value: StoredBytes,
  headers: string | null,
  label: string,
  /** Null without idempotence. */
  producerId: string | null,
  role: Role | null,
]

/** What the message is in a transaction; null outside one. */
type Role = 'message' | 'commit' | 'abort'

type Headers = NonNullable<JournalMessage['headers']>
type Header = Headers[string]
type Bytes = { readonly base64: string }
type HeaderJson = string | Bytes | readonly (string | Bytes)[]

export function rowOf({ timestamp, key, value, headers, label, origin }: JournalMessage): MessageRow {
  const producerId = origin === PLAIN ? null : origin.producerId
  const role = origin.transactional ? (origin.control ?? 'message') : null
  return [timestamp, key, value, headers === null ? null : encodeHeaders(headers), label, producerId, role]
}

/** @throws SyntaxError when the headers are damaged */
export function messageOf([
  timestamp,
  key,
  value,
  headers,
  label,
  producerId,
  role,
]: MessageRow): JournalMessage {
  return {
    timestamp,
    key,
    value,
    headers: headers === null ? null : decodeHeaders(headers),
    label,
    origin: producerId === null ? PLAIN : originOf(producerId, role),
  }
}

function originOf(producerId: string, role: Role | null): Origin {
  if (role === 'commit' || role === 'abort') return { producerId, transactional: true, control: role }
  return { producerId, transactional: role === 'message' }
}

function encodeHeaders(headers: Headers): string {
  return JSON.stringify(Object.entries(headers).map(([name, header]) => [name, encodeHeader(header)]))
}

function encodeHeader(header: Header): HeaderJson {
  return Array.isArray(header) ? header.map(encodeValue) : encodeValue(header)
}

function encodeValue(value: Buffer | string): string | Bytes {
  return typeof value === 'string' ? value : { base64: value.toString('base64') }
}

function decodeHeaders(text: string): Headers {
  const entries = JSON.parse(text) as [name: string, header: HeaderJson][]
  return Object.fromEntries(entries.map(([name, header]) => [name, decodeHeader(header)]))
}

function decodeHeader(header: HeaderJson): Header {
  return isMany(header) ? header.map(decodeValue) : decodeValue(header)
}

function decodeValue(value: string | Bytes): Buffer | string {
  return typeof value === 'string' ? value : Buffer.from(value.base64, 'base64')
}

/** `Array.isArray` does not tell TypeScript apart what is readonly. */
function isMany(header: HeaderJson): header is readonly (string | Bytes)[] {
  return Array.isArray(header)
}
