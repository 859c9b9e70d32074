/**
 * Compares what remains of two runs: order in every partition, the partition of every key, rows, and numbers.
 */
import { settledOrder } from './settled-order.ts'
import type { LoggedMessage, Snapshot } from './snapshot.ts'

/**
 * phased: every message at every offset. natural: services work at the same time, so what races is left out, see
 * `settledOrder`; everything else must be the same.
 */
export type Flow = 'phased' | 'natural'

/** One thing that was compared. */
export interface Comparison {
  /** `order in order.events/1`, `partitions`, `rows of stock`, `numbers` */
  readonly what: string
  /** How many of what was compared: the more of the two sides. */
  readonly count: number
  readonly noun: string
  /** Where the sides differ; in a partition only the first place, as everything behind it is moved. */
  readonly differences: readonly Difference[]
}

export interface Difference {
  /** An offset, a key, the name of a number. */
  readonly where: string
  /** What each side has there; undefined for nothing. */
  readonly left: string | undefined
  readonly right: string | undefined
}

export function compare(left: Snapshot, right: Snapshot, flow: Flow): Comparison[] {
  return [
    ...(flow === 'phased' ? compareOffsets(left, right) : compareKeys(left, right)),
    comparePartitions(left, right),
    ...[...left.rows].map(([model, rows]) =>
      compareMaps(`rows of ${model}`, 'row', rows, right.rows.get(model) ?? new Map<string, string>()),
    ),
    compareMaps('numbers', 'number', numbers(left, flow), numbers(right, flow)),
  ]
}

function compareOffsets(left: Snapshot, right: Snapshot): Comparison[] {
  return [...left.log].map(([place, messages]) => {
    const others = right.log.get(place) ?? []
    const count = Math.max(messages.length, others.length)
    const first = Array.from({ length: count }, (_, index) => ({
      where: `offset ${messages[index]?.offset ?? others[index]?.offset}`,
      left: textAt(messages[index]),
      right: textAt(others[index]),
    })).find(({ left, right }) => left !== right)
    return {
      what: `order in ${place}`,
      count,
      noun: 'message',
      differences: first === undefined ? [] : [first],
    }
  })
}

function textAt(message: LoggedMessage | undefined): string | undefined {
  return message && `@${message.offset} ${message.key} ${textOf(message)} because of ${message.cause}`
}

const textOf = ({ type, content }: LoggedMessage) => `${type} ${content}`

function compareKeys(left: Snapshot, right: Snapshot): Comparison[] {
  const topics = [...new Set([...left.log.keys()].map(topicOf))]
  return topics.map(topic => {
    const settled = ({ log }: Snapshot) =>
      new Map(
        [...byKey(log, topic)].map(([key, messages]) => [key, settledOrder(messages).map(textOf).join('\n')]),
      )
    return compareMaps(`order by key in ${topic}`, 'key', settled(left), settled(right))
  })
}

function byKey(log: Snapshot['log'], topic: string): Map<string, LoggedMessage[]> {
  const keys = new Map<string, LoggedMessage[]>()
  for (const [place, messages] of log) {
    if (topicOf(place) !== topic) continue
    for (const message of messages) keys.set(message.key, [...(keys.get(message.key) ?? []), message])
  }
  return keys
}

function comparePartitions(left: Snapshot, right: Snapshot): Comparison {
  return compareMaps('partitions', 'key', partitionsOf(left), partitionsOf(right))
}

/** By topic and key; a key in two partitions has both. */
function partitionsOf({ log }: Snapshot): Map<string, string> {
  const partitions = new Map<string, Set<string>>()
  for (const [place, messages] of log) {
    for (const { key } of messages) {
      const name = `${topicOf(place)} ${key}`
      partitions.set(name, (partitions.get(name) ?? new Set()).add(place.slice(topicOf(place).length + 1)))
    }
  }
  return new Map([...partitions].map(([name, numbers]) => [name, [...numbers].join(', ')]))
}

const topicOf = (place: string) => place.slice(0, place.lastIndexOf('/'))

/** How many events there are depends on who is quicker: an order that is cancelled may have been paid first, or not. */
function numbers({ numbers }: Snapshot, flow: Flow): Map<string, string> {
  return new Map(
    [...numbers]
      .filter(([name]) => flow === 'phased' || name !== 'log.events')
      .map(([name, number]) => [name, String(number)]),
  )
}

function compareMaps(
  what: string,
  noun: string,
  left: ReadonlyMap<string, string>,
  right: ReadonlyMap<string, string>,
): Comparison {
  const keys = [...new Set([...left.keys(), ...right.keys()])]
  const differences = keys
    .map(where => ({ where, left: left.get(where), right: right.get(where) }))
    .filter(({ left, right }) => left !== right)
  return { what, count: keys.length, noun, differences }
}
