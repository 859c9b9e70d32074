/**
 * The transaction coordinator: producer ids and epochs, what belongs to a transaction, and how it ends.
 */
import type { Runtime, Scheduled } from '#simulator/world/runtime.ts'
import type { Fetches } from './fetches.ts'
import type { Journal, JournalMarker } from './journal.ts'
import type { Offsets, OffsetsRequest } from './offsets.ts'
import type { PartitionLog } from './partition-log.ts'
import { protocolError } from './protocol-errors.ts'
import type { TransactionRecord } from './records.ts'
import { controlMarker, type StoredMessage } from './stored-message.ts'
import type { Topics } from './topics.ts'

interface Transaction {
  readonly id: string
  readonly producerId: string
  epoch: number
  timeoutMs: number
  ongoing: boolean
  readonly logs: Set<PartitionLog>
  timer: Scheduled | undefined
  lastOutcome: 'commit' | 'abort' | undefined
  /** Until then the last one is ending, and no other can begin. */
  completedMs: number
}

export interface ProducerIdentity {
  readonly transactionalId?: string
  readonly producerId: string
  readonly producerEpoch: number
}

/** Kafka's default for transaction.max.timeout.ms. */
const MAX_TIMEOUT_MS = 900_000
/** Without a journal, whose ids go on where those of an earlier life ended. */
const FIRST_PRODUCER_ID = 1000
/** As many are taken from the journal at a time, as Kafka's brokers take them from the controller. */
const PRODUCER_ID_BLOCK = 1000
/**
 * How long a transaction goes on ending after its producer was told so. In Kafka that is the time in which the markers are
 * written and the coordinator hears of it; the producer's next requests often come sooner and are refused. Of this time they are
 * the only sign here, where markers are written at once.
 */
const COMPLETION_MS = 2
/** When to try again to abort a transaction whose time is over, if the journal cannot be written. */
const ABORT_AGAIN_MS = 1_000

export class TransactionCoordinator {
  readonly #transactions = new Map<string, Transaction>()
  #nextProducerId = FIRST_PRODUCER_ID
  /** How many of the block are left; without a journal there is only one block. */
  #producerIds = Number.POSITIVE_INFINITY

  constructor(
    readonly runtime: Runtime,
    readonly topics: Topics,
    readonly offsets: Offsets,
    readonly fetches: Fetches,
    readonly wallClock: boolean,
    readonly journal?: Journal,
  ) {
    if (journal !== undefined) this.#producerIds = 0
  }

  /**
   * Gives a producer its id; for a transactional id the epoch is raised, which fences off whoever had it before. An open
   * transaction of the predecessor is aborted first, and the client has to ask again, as in Kafka.
   * @throws INVALID_TRANSACTION_TIMEOUT, CONCURRENT_TRANSACTIONS, KAFKA_STORAGE_ERROR
   */
  init(id: string | undefined, timeoutMs: number): { producerId: string; producerEpoch: number } {
    if (id === undefined) return { producerId: this.#newProducerId(), producerEpoch: 0 }
    if (timeoutMs > MAX_TIMEOUT_MS || timeoutMs <= 0) throw protocolError('INVALID_TRANSACTION_TIMEOUT')
    const known = this.#transactions.get(id)
    if (known === undefined) {
      const producerId = this.#newProducerId()
      this.#transactions.set(id, {
        id,
        producerId,
        epoch: 0,
        timeoutMs,
        ongoing: false,
        logs: new Set(),
        timer: undefined,
        lastOutcome: undefined,
        completedMs: 0,
      })
      return { producerId, producerEpoch: 0 }
    }
    known.epoch++
    known.timeoutMs = timeoutMs
    if (known.ongoing) {
      this.#end(known, 'abort')
      throw protocolError('CONCURRENT_TRANSACTIONS')
    }
    known.lastOutcome = undefined
    return { producerId: known.producerId, producerEpoch: known.epoch }
  }

  /** @throws INVALID_PRODUCER_ID_MAPPING, INVALID_PRODUCER_EPOCH, CONCURRENT_TRANSACTIONS, UNKNOWN_TOPIC_OR_PARTITION */
  addPartitions(
    producer: ProducerIdentity,
    topics: readonly { topic: string; partitions: readonly number[] }[],
  ): void {
    const transaction = this.#check(producer)
    const logs = topics.flatMap(({ topic, partitions }) =>
      partitions.map(partition => this.topics.log(topic, partition)),
    )
    this.#begin(transaction)
    for (const log of logs) transaction.logs.add(log)
  }

  /** @throws INVALID_PRODUCER_ID_MAPPING, INVALID_PRODUCER_EPOCH, CONCURRENT_TRANSACTIONS */
  addOffsets(producer: ProducerIdentity): void {
    this.#begin(this.#check(producer))
  }

  /** Offsets that a group gets if the transaction commits. @throws INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE */
  commitOffsets(producer: ProducerIdentity, groupId: string, topics: readonly OffsetsRequest[]): void {
    const transaction = this.#check(producer)
    if (!transaction.ongoing) throw protocolError('INVALID_TXN_STATE')
    this.offsets.hold(transaction.id, groupId, topics)
  }

  /** Whether a producer may write to a partition now. @throws INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE */
  checkWrite(producer: ProducerIdentity, log: PartitionLog): void {
    const transaction = this.#check(producer)
    if (!transaction.ongoing || !transaction.logs.has(log)) throw protocolError('INVALID_TXN_STATE')
  }

  /** @throws INVALID_PRODUCER_ID_MAPPING, INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE, KAFKA_STORAGE_ERROR */
  end(producer: ProducerIdentity, outcome: 'commit' | 'abort'): void {
    const transaction = this.#check(producer)
    // The same request again, because its reply was lost, is answered as before.
    if (!transaction.ongoing && transaction.lastOutcome === outcome) return
    if (!transaction.ongoing) throw protocolError('INVALID_TXN_STATE')
    this.#end(transaction, outcome)
  }

  #begin(transaction: Transaction): void {
    if (transaction.ongoing) return
    if (this.runtime.now() < transaction.completedMs) throw protocolError('CONCURRENT_TRANSACTIONS')
    transaction.ongoing = true
    const expire = () => {
      // The producer is fenced off, as the transaction was not its to lose.
      transaction.epoch++
      this.#abortInTime(transaction)
    }
    // A run waits for the end of every transaction; a program whose own work is done does not.
    const idle = this.wallClock
    transaction.timer = this.runtime.schedule(transaction.timeoutMs, expire, { owner: null, idle })
  }

  /** Nobody waits for this and could be told of a failure. */
  #abortInTime(transaction: Transaction): void {
    try {
      this.#end(transaction, 'abort')
    } catch (error) {
      if (this.journal === undefined) throw error
      const again = () => this.#abortInTime(transaction)
      transaction.timer = this.runtime.schedule(ABORT_AGAIN_MS, again, { owner: null, idle: true })
    }
  }

  #end(transaction: Transaction, outcome: 'commit' | 'abort'): void {
    const { producerId, epoch, logs } = transaction
    const marker = controlMarker(producerId, outcome, this.runtime.now())
    this.journal?.endTransaction(
      this.#markersFor(logs, marker),
      outcome === 'commit' ? this.offsets.held(transaction.id) : [],
    )
    transaction.timer?.cancel()
    transaction.timer = undefined
    transaction.ongoing = false
    transaction.lastOutcome = outcome
    transaction.completedMs = this.runtime.now() + COMPLETION_MS
    for (const log of logs) {
      log.endTransaction(producerId, marker)
      log.sequence(producerId).fence(epoch)
    }
    const record: TransactionRecord = { kind: 'kafka.transaction', transaction: transaction.id, outcome }
    this.runtime.record(record, { process: 'kafka', detached: true })
    this.offsets.endTransaction(transaction.id, outcome)
    const written = [...logs]
    logs.clear()
    this.fetches.wake(written)
  }

  /** After a restart: no producer of these logs is left that could end its transaction. @throws KAFKA_STORAGE_ERROR */
  abortUnfinished(logs: Iterable<PartitionLog>): void {
    const byProducer = new Map<string, PartitionLog[]>()
    for (const log of logs) {
      for (const producerId of log.openProducers) {
        byProducer.set(producerId, [...(byProducer.get(producerId) ?? []), log])
      }
    }
    for (const [producerId, written] of byProducer) {
      const marker = controlMarker(producerId, 'abort', this.runtime.now())
      this.journal?.endTransaction(this.#markersFor(written, marker), [])
      for (const log of written) log.endTransaction(producerId, marker)
    }
  }

  /** For the logs that are still there: a topic may be deleted, and even made again, while a transaction is under way. */
  #markersFor(logs: Iterable<PartitionLog>, marker: StoredMessage): JournalMarker[] {
    return [...logs]
      .filter(log => this.topics.get(log.topic)?.partitions[log.partition] === log)
      .map(({ topic, partition, high }) => ({ topic, partition, offset: high, marker }))
  }

  #newProducerId(): string {
    if (this.#producerIds === 0) {
      this.#nextProducerId = this.journal!.reserveProducerIds(PRODUCER_ID_BLOCK)
      this.#producerIds = PRODUCER_ID_BLOCK
    }
    this.#producerIds--
    return String(this.#nextProducerId++)
  }

  #check({ transactionalId, producerId, producerEpoch }: ProducerIdentity): Transaction {
    const transaction = this.#transactions.get(transactionalId ?? '')
    if (transaction === undefined || transaction.producerId !== String(producerId)) {
      throw protocolError('INVALID_PRODUCER_ID_MAPPING')
    }
    if (transaction.epoch !== producerEpoch) throw protocolError('INVALID_PRODUCER_EPOCH')
    return transaction
  }
}
