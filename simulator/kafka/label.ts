/**
 * What a message is called in sites, records and diagrams: `order-7/OrderPlaced`.
 */
import type { Message } from 'kafkajs'

/** What a label is made from. */
export interface LabelledMessage {
  readonly topic: string
  readonly partition: number
  readonly message: Message
}

/**
 * Key and type. The type is the header `type` or `ce_type` (CloudEvents), else the field `type` of a JSON value, else the
 * topic. A message without a key is called after its partition.
 */
export function defaultLabel({ topic, partition, message }: LabelledMessage): string {
  const { key } = message
  const who = key === null || key === undefined ? `partition-${partition}` : String(key)
  return `${who}/${typeOf(message) ?? topic}`
}

function typeOf(message: Message): string | undefined {
  const header = message.headers?.type ?? message.headers?.ce_type
  if (typeof header === 'string') return header
  if (Buffer.isBuffer(header)) return header.toString('utf8')
  const { value } = message
  if (value === null || value === undefined) return undefined
  const text = typeof value === 'string' ? value : value.toString('utf8')
  if (!text.startsWith('{')) return undefined
  if (text.length > MAX_REMEMBERED_LENGTH) return typeField(text)
  if (remembered.has(text)) return remembered.get(text)
  if (remembered.size >= MAX_REMEMBERED) remembered.clear()
  const type = typeField(text)
  remembered.set(text, type)
  return type
}

/** The types of the last values seen: an explorer's runs send much the same messages, thousands of times. */
const remembered = new Map<string, string | undefined>()
const MAX_REMEMBERED = 1_000
const MAX_REMEMBERED_LENGTH = 2_000

function typeField(text: string): string | undefined {
  try {
    const { type } = JSON.parse(text) as { type?: unknown }
    return typeof type === 'string' ? type : undefined
  } catch {
    return undefined
  }
}
