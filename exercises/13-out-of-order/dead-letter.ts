/**
 * A dead letter: a message as it came, where it first came from, and why it is where it is.
 */
import type { KafkaMessage } from 'kafkajs'

/** Texts only, so that JSON can keep it in a column. It can be sent as it is. */
export interface Letter {
  key: string | null
  value: string
  headers: Record<string, string>
}

/** A message that comes back through a retry topic keeps the place it was first published at. */
export function letterOf(
  topic: string,
  partition: number,
  { key, value, headers, offset }: KafkaMessage,
): Letter {
  const origin = { 'origin-topic': topic, 'origin-partition': String(partition), 'origin-offset': offset }
  const own = Object.entries(headers ?? {}).map(([name, content]) => [name, String(content)])
  return {
    key: key?.toString() ?? null,
    value: String(value),
    headers: { ...origin, ...Object.fromEntries(own) },
  }
}

export function withReason(letter: Letter, reason: string): Letter {
  return { ...letter, headers: { ...letter.headers, reason } }
}
