/**
 * A message as the log keeps it and as KafkaJS hands it out; the two never share a Buffer with each other or the caller.
 */
import type { Message } from 'kafkajs'
import Long from 'kafkajs/src/utils/long.js'
import { protocolError } from './protocol-errors.ts'

/** Text stays a string (immutable, and compact in V8); only what came as bytes is kept as bytes. */
export type StoredBytes = string | Buffer | null

type HeaderValue = Buffer | string | (Buffer | string)[]

/** Who wrote a batch, for transactions. One object is shared by all messages of a batch. */
export interface Origin {
  /** '-1' without idempotence. */
  readonly producerId: string
  readonly transactional: boolean
  /** The marker that ends a transaction. */
  readonly control?: 'commit' | 'abort'
}

export interface StoredMessage {
  readonly key: StoredBytes
  readonly value: StoredBytes
  readonly headers: Readonly<Record<string, HeaderValue>> | null
  /** Milliseconds since the epoch by the producer's clock, as with Kafka's default CreateTime. */
  readonly timestamp: number
  readonly label: string
  readonly sizeBytes: number
  origin: Origin
  /** `seq` of its append record: what every delivery of it is caused by. */
  seq: number
}

/** A message in the shape KafkaJS decodes from a fetch response (protocol/recordBatch/record/v0/decoder.js). */
export interface FetchedMessage {
  magicByte: number
  attributes: number
  timestamp: string
  offset: string
  key: Buffer | null
  value: Buffer | null
  headers: Record<string, Buffer | Buffer[]>
  isControlRecord: boolean
  batchContext: BatchContext
}

interface BatchContext {
  readonly producerId: string
  readonly inTransaction: boolean
  readonly isControlBatch: boolean
}

export const PLAIN: Origin = { producerId: '-1', transactional: false }

/** Length, offset delta, timestamp delta and header count of a record, roughly. */
const RECORD_OVERHEAD_BYTES = 12

/**
 * Refuses what KafkaJS cannot encode, with its own errors: a key, value or header that is neither text nor bytes, a timestamp
 * that is no whole number.
 * @throws TypeError, SyntaxError; INVALID_RECORD for typed arrays, which KafkaJS measures in bytes and writes otherwise
 */
export function requireEncodable({ key, value, headers, timestamp }: Message): void {
  if (typeof key !== 'string') requireBytes(key)
  if (typeof value !== 'string') requireBytes(value)
  for (const name in headers) {
    const header = headers[name] as HeaderValue
    // KafkaJS measures a header when it encodes it, and so throws its TypeError here.
    if (!Array.isArray(header)) Buffer.byteLength(header)
    else for (const one of header) Buffer.byteLength(one)
  }
  if (timestamp !== undefined && timestamp !== null) Long.fromValue(timestamp)
}

function requireBytes(value: unknown): void {
  if (value === null || value === undefined || Buffer.isBuffer(value)) return
  // Throws unless it is some other kind of bytes.
  Buffer.byteLength(value as string)
  throw protocolError('INVALID_RECORD')
}

/** Keeps a message as KafkaJS's protocol would carry it: strings as UTF-8, each value of a header as a header of its own. */
export function storeMessage(message: Message, label: string, nowMs: number): StoredMessage {
  const key = store(message.key)
  const value = store(message.value)
  const { headers } = message
  let stored: Record<string, HeaderValue> | null = null
  let sizeBytes = RECORD_OVERHEAD_BYTES + sizeOf(key) + sizeOf(value)
  if (headers !== undefined) {
    for (const name in headers) {
      const given = headers[name] as HeaderValue
      const values = (Array.isArray(given) ? given : [given]).map(storeHeader)
      // A reader cannot tell one value from a list of one, and an empty list is no header at all.
      const header = values.length === 1 ? values[0] : values
      if (header === undefined || values.length === 0) continue
      stored ??= {}
      stored[name] = header
      for (const value of values) sizeBytes += Buffer.byteLength(name) + Buffer.byteLength(value) + 2
    }
  }
  const timestamp =
    message.timestamp === undefined || message.timestamp === null ? nowMs : Number(message.timestamp)
  return { key, value, headers: stored, timestamp, label, sizeBytes, origin: PLAIN, seq: 0 }
}

/** The marker record that ends a transaction; its key holds version and type (0 abort, 1 commit), as in Kafka. */
export function controlMarker(producerId: string, outcome: 'commit' | 'abort', nowMs: number): StoredMessage {
  return {
    key: Buffer.from([0, 0, 0, outcome === 'commit' ? 1 : 0]),
    value: Buffer.from([0, 0, 0, 0, 0, 0]),
    headers: null,
    timestamp: nowMs,
    label: '',
    sizeBytes: 78,
    origin: { producerId, transactional: true, control: outcome },
    seq: 0,
  }
}

/** Makes a fresh copy each time: whoever gets it may change it. */
export function fetchMessage(stored: StoredMessage, offset: number): FetchedMessage {
  const { origin } = stored
  const headers: Record<string, Buffer | Buffer[]> = {}
  if (stored.headers !== null) {
    for (const name in stored.headers) {
      const header = stored.headers[name]!
      headers[name] = Array.isArray(header) ? header.map(toBytes) : toBytes(header)
    }
  }
  return {
    magicByte: 2,
    attributes: 0,
    timestamp: String(stored.timestamp),
    offset: String(offset),
    key: stored.key === null ? null : toBytes(stored.key),
    value: stored.value === null ? null : toBytes(stored.value),
    headers,
    isControlRecord: origin.control !== undefined,
    batchContext: origin === PLAIN ? PLAIN_CONTEXT : contextOf(origin),
  }
}

/** As UTF-8 text, for labels and records. */
export function textOf(stored: StoredBytes): string | null {
  return stored === null || typeof stored === 'string' ? stored : stored.toString('utf8')
}

const PLAIN_CONTEXT: BatchContext = { producerId: '-1', inTransaction: false, isControlBatch: false }

function contextOf(origin: Origin): BatchContext {
  return {
    producerId: origin.producerId,
    inTransaction: origin.transactional,
    isControlBatch: origin.control !== undefined,
  }
}

function store(value: Buffer | string | null | undefined): StoredBytes {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? value : Buffer.from(value)
}

function storeHeader(header: Buffer | string): Buffer | string {
  return typeof header === 'string' ? header : Buffer.from(header)
}

function sizeOf(stored: StoredBytes): number {
  if (stored === null) return 0
  return typeof stored === 'string' ? Buffer.byteLength(stored) : stored.length
}

function toBytes(stored: Buffer | string): Buffer {
  return typeof stored === 'string' ? Buffer.from(stored) : Buffer.from(stored)
}
