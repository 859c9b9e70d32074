/**
 * A message with the place it first came from, which it keeps when it returns through a retry topic.
 */
import type { IHeaders, KafkaMessage, Message } from 'kafkajs'

export interface Letter {
  key: string | null
  text: string
  /** Where it was first published: its identity, even when its text cannot be read. */
  origin: { topic: string; partition: number; offset: string }
  isRedriven: boolean
  message: KafkaMessage
}

export function letterFrom(topic: string, partition: number, message: KafkaMessage): Letter {
  const headers = message.headers ?? {}
  const isRedriven = headers['origin-topic'] !== undefined
  return {
    key: message.key?.toString() ?? null,
    text: message.value?.toString() ?? '',
    origin: isRedriven
      ? {
          topic: text(headers, 'origin-topic'),
          partition: Number(text(headers, 'origin-partition')),
          offset: text(headers, 'origin-offset'),
        }
      : { topic, partition, offset: message.offset },
    isRedriven,
    message,
  }
}

/** The original key, value and headers, and besides them where it came from and why it is here. */
export function toDeadLetter({ message, origin }: Letter, reason: string): Message {
  return {
    key: message.key,
    value: message.value,
    headers: {
      ...message.headers,
      'origin-topic': origin.topic,
      'origin-partition': String(origin.partition),
      'origin-offset': origin.offset,
      reason,
    },
  }
}

export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function text(headers: IHeaders, name: string): string {
  return String(headers[name] ?? '')
}
