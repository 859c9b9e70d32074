/**
 * The trace id of a request, as in W3C Trace Context: `traceparent: 00-<trace id>-<parent id>-01`.
 * https://www.w3.org/TR/trace-context/
 */
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/

/** Returns the trace id a caller sent, or a new one when it sent none that is valid. */
export function traceIdOf(traceparent: string | undefined): string {
  return TRACEPARENT.exec(traceparent ?? '')?.[1] ?? newHex()
}

export function createTraceparent(traceId = newHex()): string {
  return `00-${traceId}-${newHex().slice(0, 16)}-01`
}

const newHex = () => crypto.randomUUID().replaceAll('-', '')
