/**
 * How a partition tells a retried batch of an idempotent producer from a new one: Kafka's ProducerStateManager.
 */
import { protocolError } from './protocol-errors.ts'

interface Batch {
  readonly firstSequence: number
  readonly lastSequence: number
  readonly baseOffset: number
}

/** Kafka remembers as many batches per producer and partition; KafkaJS never has more in flight. */
const REMEMBERED_BATCHES = 5
/** Sequences are 32-bit and start again at 0. */
const SEQUENCES = 2 ** 31

export class ProducerSequence {
  #epoch = -1
  #batches: Batch[] = []

  /**
   * @returns the offset of the same batch appended before, or undefined when it is the next one in order
   * @throws INVALID_PRODUCER_EPOCH, OUT_OF_ORDER_SEQUENCE_NUMBER
   */
  check(epoch: number, firstSequence: number, count: number): number | undefined {
    if (epoch < this.#epoch) throw protocolError('INVALID_PRODUCER_EPOCH')
    if (epoch > this.#epoch) {
      // A producer of which nothing is known (any more) may start anywhere; a new epoch of a known one starts at 0.
      if (this.#epoch !== -1 && firstSequence !== 0) throw protocolError('OUT_OF_ORDER_SEQUENCE_NUMBER')
      return undefined
    }
    const lastSequence = (firstSequence + count - 1) % SEQUENCES
    const same = this.#batches.find(
      batch => batch.firstSequence === firstSequence && batch.lastSequence === lastSequence,
    )
    if (same !== undefined) return same.baseOffset
    const last = this.#batches.at(-1)
    if (last !== undefined && firstSequence !== (last.lastSequence + 1) % SEQUENCES) {
      throw protocolError('OUT_OF_ORDER_SEQUENCE_NUMBER')
    }
    return undefined
  }

  appended(epoch: number, firstSequence: number, count: number, baseOffset: number): void {
    if (epoch !== this.#epoch) {
      this.#epoch = epoch
      this.#batches = []
    }
    const lastSequence = (firstSequence + count - 1) % SEQUENCES
    this.#batches.push({ firstSequence, lastSequence, baseOffset })
    if (this.#batches.length > REMEMBERED_BATCHES) this.#batches.shift()
  }

  /** A coordinator that raised the epoch fences the older one off everywhere. */
  fence(epoch: number): void {
    if (epoch <= this.#epoch) return
    this.#epoch = epoch
    this.#batches = []
  }
}
