/**
 * What the trace needs to know of a message's envelope, read tolerantly: whoever writes none is asked for nothing.
 */

export interface EnvelopeFacts {
  readonly id: string
  readonly type: string | undefined
  /** The id of the event or command that led to this event. */
  readonly causationId: string | undefined
  /** The business process it belongs to. */
  readonly correlationId: string | undefined
}

/** @param value a message as text; undefined when it is no JSON object with an id */
export function readEnvelope(value: string | null): EnvelopeFacts | undefined {
  if (value === null || !value.startsWith('{')) return undefined
  let fields: Record<string, unknown>
  try {
    fields = JSON.parse(value)
  } catch {
    return undefined
  }
  const id = textIn(fields, 'id')
  if (id === undefined) return undefined
  return {
    id,
    type: textIn(fields, 'type'),
    // CloudEvents allows only lower-case letters and digits in the names of extensions.
    causationId: textIn(fields, 'causation_id', 'causationid', 'causationId'),
    correlationId: textIn(fields, 'correlation_id', 'correlationid', 'correlationId'),
  }
}

function textIn(fields: Record<string, unknown>, ...names: string[]): string | undefined {
  for (const name of names) {
    const value = fields[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}
