/**
 * A trace as NDJSON, and its fingerprint: SHA-256 over exactly those bytes, so that `sha256sum out.ndjson` prints it.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { TraceRecord } from '#simulator/world/runtime.ts'
import type { Fold } from './fold.ts'

export interface TraceHash {
  update(record: TraceRecord): void
  /** The hash of the trace so far, in hexadecimal; it may go on afterwards. */
  digest(): string
}

/** Uses the platform's SHA-256 where there is a synchronous one (Node), which is some ten times as fast. */
export function createTraceHash(): TraceHash {
  return createNativeTraceHash() ?? createPortableTraceHash()
}

/** The fingerprint of a trace as a fold: two runs with the same one wrote the same trace. */
export const traceHash: Fold<TraceHash> = {
  name: 'trace-hash',
  initial: createTraceHash,
  apply(hash, record) {
    hash.update(record)
    return hash
  },
}

/** The line of a record, newline included. Fields stand in the order in which the record was made. */
export function ndjsonLine(record: TraceRecord): string {
  return `${JSON.stringify(record)}\n`
}

export function createPortableTraceHash(): TraceHash {
  const hash = sha256.create()
  const encoder = new TextEncoder()
  return hashLines(
    text => hash.update(encoder.encode(text)),
    () => bytesToHex(hash.clone().digest()),
  )
}

/** Undefined where the platform is not Node. */
export function createNativeTraceHash(): TraceHash | undefined {
  // Without an import, which a bundler for the browser would stumble over.
  const hash = globalThis.process?.getBuiltinModule?.('node:crypto')?.createHash('sha256')
  if (hash === undefined) return undefined
  return hashLines(
    text => hash.update(text, 'utf8'),
    () => hash.copy().digest('hex'),
  )
}

/** Lines are hashed many at a time: a call costs more than the hashing of one line. */
const FLUSH_AT = 32_768

function hashLines(update: (text: string) => unknown, digest: () => string): TraceHash {
  let pending = ''
  const flush = (): void => {
    if (pending !== '') update(pending)
    pending = ''
  }
  return {
    update(record) {
      pending += ndjsonLine(record)
      if (pending.length >= FLUSH_AT) flush()
    },
    digest() {
      flush()
      return digest()
    },
  }
}
