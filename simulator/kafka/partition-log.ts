/**
 * One partition: messages in order of offset, its watermarks, and what its transactions did.
 */
import type { Journal } from './journal.ts'
import { ProducerSequence } from './producer-sequence.ts'
import { type FetchedMessage, fetchMessage, type StoredMessage } from './stored-message.ts'

/** A transaction that was aborted, as a fetch response tells readers of committed messages. */
interface AbortedTransaction {
  readonly producerId: string
  readonly firstOffset: number
  /** The offset of its marker. */
  readonly lastOffset: number
}

export interface ReadResult {
  readonly messages: FetchedMessage[]
  readonly sizeBytes: number
}

const NOTHING: ReadResult = { messages: [], sizeBytes: 0 }

export class PartitionLog {
  #messages: StoredMessage[] = []
  /** The offset of the first element; deleted messages before `#low` are swept out in bulk. */
  #base = 0
  #low = 0
  readonly #sequences = new Map<string, ProducerSequence>()
  /** First offset of each open transaction, by producer id, in order of that offset. */
  readonly #open = new Map<string, number>()
  #aborted: AbortedTransaction[] = []

  constructor(
    readonly topic: string,
    readonly partition: number,
    /** The node that leads it. */
    readonly leader: number,
    readonly journal?: Journal,
  ) {}

  /** The first offset there is. */
  get low(): number {
    return this.#low
  }

  /** The offset the next message will get. */
  get high(): number {
    return this.#base + this.#messages.length
  }

  /** Readers of committed messages get no further: the first offset of the oldest open transaction. */
  get lastStable(): number {
    for (const firstOffset of this.#open.values()) return firstOffset
    return this.high
  }

  /** The producers whose transactions have messages here and are not ended. */
  get openProducers(): readonly string[] {
    return [...this.#open.keys()]
  }

  /** @returns the offset of the first of them @throws KAFKA_STORAGE_ERROR */
  append(messages: readonly StoredMessage[]): number {
    this.journal?.append(this.topic, this.partition, this.high, messages)
    return this.#push(messages)
  }

  /** Fills an empty log with what a journal has kept of it. */
  restore(low: number, messages: Iterable<StoredMessage>): void {
    this.#base = low
    this.#low = low
    for (const message of messages) {
      if (message.origin.control === undefined) this.#push([message])
      else this.endTransaction(message.origin.producerId, message)
    }
  }

  /** Appends the marker that ends a transaction here; the journal has it already. */
  endTransaction(producerId: string, marker: StoredMessage): void {
    const firstOffset = this.#open.get(producerId)
    const lastOffset = this.#push([marker])
    this.#open.delete(producerId)
    if (marker.origin.control !== 'abort' || firstOffset === undefined) return
    this.#aborted.push({ producerId, firstOffset, lastOffset })
    this.#aborted.sort((left, right) => left.firstOffset - right.firstOffset)
  }

  sequence(producerId: string): ProducerSequence {
    let sequence = this.#sequences.get(producerId)
    if (sequence === undefined) {
      sequence = new ProducerSequence()
      this.#sequences.set(producerId, sequence)
    }
    return sequence
  }

  at(offset: number): StoredMessage | undefined {
    if (offset < this.#low) return undefined
    return this.#messages[offset - this.#base]
  }

  /** At least one message, however large, then as many as fit in `maxBytes`. `upTo` is exclusive. */
  read(from: number, upTo: number, maxBytes: number): ReadResult {
    if (from >= upTo) return NOTHING
    const messages: FetchedMessage[] = []
    let sizeBytes = 0
    for (let offset = from; offset < upTo; offset++) {
      const stored = this.#messages[offset - this.#base]!
      if (messages.length > 0 && sizeBytes + stored.sizeBytes > maxBytes) break
      messages.push(fetchMessage(stored, offset))
      sizeBytes += stored.sizeBytes
    }
    return { messages, sizeBytes }
  }

  /** Of the aborted transactions, those with a part in the range; Kafka keeps such an index per segment. */
  abortedBetween(from: number, upTo: number): { producerId: string; firstOffset: string }[] {
    if (this.#aborted.length === 0) return []
    return this.#aborted
      .filter(({ firstOffset, lastOffset }) => lastOffset >= from && firstOffset < upTo)
      .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: String(firstOffset) }))
  }

  /** The first offset whose timestamp is at or after the given one; undefined when there is none. */
  offsetAtTime(timestamp: number): { offset: number; timestamp: number } | undefined {
    for (let offset = this.#low; offset < this.high; offset++) {
      const message = this.at(offset)!
      if (message.timestamp >= timestamp) return { offset, timestamp: message.timestamp }
    }
    return undefined
  }

  /** Deletes what lies before `offset`. @returns how many messages that were @throws KAFKA_STORAGE_ERROR */
  deleteBefore(offset: number): number {
    const low = Math.min(Math.max(offset, this.#low), this.high)
    const deleted = low - this.#low
    if (deleted === 0) return 0
    this.journal?.deleteBefore(this.topic, this.partition, low)
    this.#low = low
    this.#aborted = this.#aborted.filter(({ lastOffset }) => lastOffset >= low)
    if ((low - this.#base) * 2 >= this.#messages.length) {
      this.#messages = this.#messages.slice(low - this.#base)
      this.#base = low
    }
    return deleted
  }

  /** The first offset that is not older than `timestamp`, counted from the oldest message on: where retention stops. */
  firstNotBefore(timestamp: number): number {
    let offset = this.#low
    while (offset < this.high && this.#messages[offset - this.#base]!.timestamp < timestamp) offset++
    return offset
  }

  *entries(): Iterable<readonly [offset: number, message: StoredMessage]> {
    for (let offset = this.#low; offset < this.high; offset++) yield [offset, this.at(offset)!]
  }

  #push(messages: readonly StoredMessage[]): number {
    const baseOffset = this.high
    for (const message of messages) this.#messages.push(message)
    const { origin } = messages[0]!
    if (origin.transactional && origin.control === undefined && !this.#open.has(origin.producerId)) {
      this.#open.set(origin.producerId, baseOffset)
    }
    return baseOffset
  }
}
