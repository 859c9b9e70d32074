/**
 * Appends what producers send, with the faults a broker can have while doing so.
 */
import type { Message } from 'kafkajs'
import type { Runtime, Strike } from '#simulator/world/runtime.ts'
import type { Fetches } from './fetches.ts'
import type { LabelledMessage } from './label.ts'
import type { PartitionLog } from './partition-log.ts'
import type { ProducerSequence } from './producer-sequence.ts'
import { protocolError } from './protocol-errors.ts'
import type { AppendRecord, LostRecord } from './records.ts'
import type { Retention } from './retention.ts'
import {
  type Origin,
  PLAIN,
  requireEncodable,
  type StoredMessage,
  storeMessage,
  textOf,
} from './stored-message.ts'
import type { Topics } from './topics.ts'
import type { ProducerIdentity, TransactionCoordinator } from './transaction-coordinator.ts'

export interface ProduceRequest extends ProducerIdentity {
  readonly acks: number
  readonly compression?: number
  readonly topicData: readonly {
    readonly topic: string
    readonly partitions: readonly { partition: number; firstSequence?: number; messages: Message[] }[]
  }[]
}

/** A batch for one partition, encoded; from here on the caller may change its objects. */
export interface EncodedBatch {
  readonly topic: string
  readonly partition: number
  readonly firstSequence: number
  readonly messages: StoredMessage[]
}

interface ProducedPartition {
  partition: number
  errorCode: 0
  baseOffset: string
  logAppendTime: string
  logStartOffset: string
}

export interface ProduceResponse {
  topics: { topicName: string; partitions: ProducedPartition[] }[]
  throttleTime: 0
}

/** What can strike a `send`, besides a crash. */
export const SEND_FAULTS = ['ack-lost', 'lost-write', 'hold', 'error'] as const

/** From nobody, the leader, all replicas. */
const ACKS = [0, 1, -1]
/** What a batch takes besides its messages (magic 2). */
const BATCH_HEADER_BYTES = 61
/** What is answered where messages carry their producer's time; for a batch that came before, Kafka answers with that. */
const NO_APPEND_TIME = -1

export class Produce {
  constructor(
    readonly runtime: Runtime,
    readonly topics: Topics,
    readonly transactions: TransactionCoordinator,
    readonly retention: Retention,
    readonly fetches: Fetches,
    readonly label: (message: LabelledMessage) => string,
  ) {}

  /**
   * What the client does before it sends. Timestamps are those of its own clock.
   * @throws TypeError, SyntaxError, INVALID_RECORD for what cannot be encoded
   */
  encode(request: ProduceRequest): EncodedBatch[] {
    const nowMs = Date.now()
    const batches: EncodedBatch[] = []
    for (const { topic, partitions } of request.topicData) {
      for (const { partition: name, firstSequence = 0, messages } of partitions) {
        const partition = Number(name)
        const encoded = messages.map(message => {
          requireEncodable(message)
          return storeMessage(message, this.label({ topic, partition, message }), nowMs)
        })
        batches.push({ topic, partition, firstSequence, messages: encoded })
      }
    }
    return batches
  }

  /**
   * @param producer the sending process, for the record
   * @throws the first partition's error, as KafkaJS does; the others have been written all the same
   */
  apply(
    request: ProduceRequest,
    batches: readonly EncodedBatch[],
    producer: string,
    strike: Strike | undefined,
  ): ProduceResponse {
    if (!ACKS.includes(request.acks)) throw protocolError('INVALID_REQUIRED_ACKS')
    let lost = false
    for (const { kind } of strike?.faults ?? []) {
      if (kind === 'error') throw protocolError('NOT_LEADER_FOR_PARTITION')
      if (kind === 'lost-write') lost = true
    }
    const response: ProduceResponse = { topics: [], throttleTime: 0 }
    const written: PartitionLog[] = []
    let firstError: unknown
    for (const batch of batches) {
      try {
        const log = this.topics.log(batch.topic, batch.partition)
        const { high } = log
        const baseOffset = lost
          ? this.#lose(log, batch, producer)
          : this.#append(log, batch, request, producer)
        written.push(log)
        const duplicate = baseOffset < high ? log.at(baseOffset) : undefined
        report(response, log, baseOffset, duplicate?.timestamp ?? NO_APPEND_TIME)
      } catch (error) {
        firstError ??= error
      }
    }
    this.fetches.wake(written)
    if (firstError !== undefined) throw firstError
    return response
  }

  #append(log: PartitionLog, batch: EncodedBatch, request: ProduceRequest, producer: string): number {
    const { messages, firstSequence } = batch
    const { maxMessageBytes, maxTimestampAheadMs } = this.topics.get(log.topic)!
    let sizeBytes = BATCH_HEADER_BYTES
    for (const message of messages) sizeBytes += message.sizeBytes
    if (sizeBytes > maxMessageBytes) throw protocolError('MESSAGE_TOO_LARGE')
    const latest = this.runtime.now() + maxTimestampAheadMs
    for (const { timestamp } of messages) if (timestamp > latest) throw protocolError('INVALID_TIMESTAMP')
    const transactional = request.transactionalId !== undefined
    const producerId = String(request.producerId)
    if (transactional) this.transactions.checkWrite(request, log)
    let sequence: ProducerSequence | undefined
    if (producerId !== PLAIN.producerId) {
      sequence = log.sequence(producerId)
      const before = sequence.check(request.producerEpoch, firstSequence, messages.length)
      if (before !== undefined) return before
      const origin: Origin = { producerId, transactional }
      for (const message of messages) message.origin = origin
    }
    this.retention.expireBeforeWrite(log)
    const baseOffset = log.append(messages)
    sequence?.appended(request.producerEpoch, firstSequence, messages.length, baseOffset)
    for (let index = 0; index < messages.length; index++) {
      const message = messages[index]!
      const record: AppendRecord = {
        kind: 'kafka.append',
        topic: log.topic,
        partition: log.partition,
        offset: baseOffset + index,
        key: textOf(message.key),
        label: message.label,
        value: textOf(message.value),
        producer,
        ...(transactional ? { transactional } : {}),
      }
      message.seq = this.runtime.record(record, { detached: true })
    }
    return baseOffset
  }

  /** Acknowledged, and then the leader is gone before anybody has copied it (acks=1, or an unclean election). */
  #lose(log: PartitionLog, { messages }: EncodedBatch, producer: string): number {
    messages.forEach((message, index) => {
      const record: LostRecord = {
        kind: 'kafka.lost',
        topic: log.topic,
        partition: log.partition,
        offset: log.high + index,
        key: textOf(message.key),
        label: message.label,
        producer,
      }
      this.runtime.record(record, { process: 'kafka', detached: true })
    })
    return log.high
  }
}

function report(
  response: ProduceResponse,
  log: PartitionLog,
  baseOffset: number,
  logAppendTime: number,
): void {
  let topic = response.topics.find(({ topicName }) => topicName === log.topic)
  if (topic === undefined) {
    topic = { topicName: log.topic, partitions: [] }
    response.topics.push(topic)
  }
  topic.partitions.push({
    partition: log.partition,
    errorCode: 0,
    baseOffset: String(baseOffset),
    logAppendTime: String(logAppendTime),
    logStartOffset: String(log.low),
  })
}
