/**
 * The transaction coordinator: producer ids and epochs, what belongs to a transaction, and how it ends.
 */
import type { Runtime, Scheduled } from '#simulator/world/runtime.ts'
import type { Fetches } from './fetches.ts'
import type { Offsets, OffsetsRequest } from './offsets.ts'
import type { PartitionLog } from './partition-log.ts'
import { protocolError } from './protocol-errors.ts'
import type { TransactionRecord } from './records.ts'
import { controlMarker } from './stored-message.ts'
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
}

export interface ProducerIdentity {
  readonly transactionalId?: string
  readonly producerId: string
  readonly producerEpoch: number
}

/** Kafka's default for transaction.max.timeout.ms. */
const MAX_TIMEOUT_MS = 900_000
/** Kafka hands out blocks of producer ids; what matters is that they are unique. */
const FIRST_PRODUCER_ID = 1000

export class TransactionCoordinator {
  readonly #transactions = new Map<string, Transaction>()
  #nextProducerId = FIRST_PRODUCER_ID

  constructor(
    readonly runtime: Runtime,
    readonly topics: Topics,
    readonly offsets: Offsets,
    readonly fetches: Fetches,
  ) {}

  /**
   * Gives a producer its id; for a transactional id the epoch is raised, which fences off whoever had it before. An open
   * transaction of the predecessor is aborted first, and the client has to ask again, as in Kafka.
   * @throws INVALID_TRANSACTION_TIMEOUT, CONCURRENT_TRANSACTIONS
   */
  init(id: string | undefined, timeoutMs: number): { producerId: string; producerEpoch: number } {
    if (id === undefined) return { producerId: String(this.#nextProducerId++), producerEpoch: 0 }
    if (timeoutMs > MAX_TIMEOUT_MS || timeoutMs <= 0) throw protocolError('INVALID_TRANSACTION_TIMEOUT')
    const known = this.#transactions.get(id)
    if (known === undefined) {
      const producerId = String(this.#nextProducerId++)
      this.#transactions.set(id, {
        id,
        producerId,
        epoch: 0,
        timeoutMs,
        ongoing: false,
        logs: new Set(),
        timer: undefined,
        lastOutcome: undefined,
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

  /** @throws INVALID_PRODUCER_ID_MAPPING, INVALID_PRODUCER_EPOCH, UNKNOWN_TOPIC_OR_PARTITION */
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

  /** @throws INVALID_PRODUCER_ID_MAPPING, INVALID_PRODUCER_EPOCH */
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

  /** @throws INVALID_PRODUCER_ID_MAPPING, INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE */
  end(producer: ProducerIdentity, outcome: 'commit' | 'abort'): void {
    const transaction = this.#check(producer)
    // The same request again, because its reply was lost, is answered as before.
    if (!transaction.ongoing && transaction.lastOutcome === outcome) return
    if (!transaction.ongoing) throw protocolError('INVALID_TXN_STATE')
    this.#end(transaction, outcome)
  }

  #begin(transaction: Transaction): void {
    if (transaction.ongoing) return
    transaction.ongoing = true
    transaction.timer = this.runtime.schedule(
      transaction.timeoutMs,
      () => {
        // The producer is fenced off, as the transaction was not its to lose.
        transaction.epoch++
        this.#end(transaction, 'abort')
      },
      { owner: null, idle: false },
    )
  }

  #end(transaction: Transaction, outcome: 'commit' | 'abort'): void {
    transaction.timer?.cancel()
    transaction.timer = undefined
    transaction.ongoing = false
    transaction.lastOutcome = outcome
    const { producerId, epoch, logs } = transaction
    for (const log of logs) {
      log.endTransaction(producerId, controlMarker(producerId, outcome, this.runtime.now()))
      log.sequence(producerId).fence(epoch)
    }
    const record: TransactionRecord = { kind: 'kafka.transaction', transaction: transaction.id, outcome }
    this.runtime.record(record, { process: 'kafka', detached: true })
    this.offsets.endTransaction(transaction.id, outcome)
    const written = [...logs]
    logs.clear()
    this.fetches.wake(written)
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
