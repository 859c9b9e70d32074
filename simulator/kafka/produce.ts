/**
 * Appends what producers send, with the faults a broker can have while doing so.
 */
import type { Message } from 'kafkajs'
import type { Runtime, Strike } from '#simulator/world/runtime.ts'
import type { Fetches } from './fetches.ts'
import type { LabelledMessage } from './label.ts'
import type { PartitionLog } from './partition-log.ts'
import { protocolError } from './protocol-errors.ts'
import type { AppendRecord, LostRecord } from './records.ts'
import { type Origin, PLAIN, type StoredMessage, storeMessage, textOf } from './stored-message.ts'
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
  logAppendTime: '-1'
  logStartOffset: string
}

export interface ProduceResponse {
  topics: { topicName: string; partitions: ProducedPartition[] }[]
  throttleTime: 0
}

/** What can strike a `send`, besides a crash. */
export const SEND_FAULTS = ['ack-lost', 'lost-write', 'hold', 'error'] as const

export class Produce {
  constructor(
    readonly runtime: Runtime,
    readonly topics: Topics,
    readonly transactions: TransactionCoordinator,
    readonly fetches: Fetches,
    readonly label: (message: LabelledMessage) => string,
  ) {}

  /** What the client does before it sends. Timestamps are those of its own clock. */
  encode(request: ProduceRequest): EncodedBatch[] {
    const nowMs = Date.now()
    const batches: EncodedBatch[] = []
    for (const { topic, partitions } of request.topicData) {
      for (const { partition: name, firstSequence = 0, messages } of partitions) {
        const partition = Number(name)
        const encoded = messages.map(message =>
          storeMessage(message, this.label({ topic, partition, message }), nowMs),
        )
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
        const baseOffset = lost
          ? this.#lose(log, batch, producer)
          : this.#append(log, batch, request, producer)
        written.push(log)
        report(response, log, baseOffset)
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
    let sizeBytes = 0
    for (const message of messages) sizeBytes += message.sizeBytes
    if (sizeBytes > this.topics.get(log.topic)!.maxMessageBytes) throw protocolError('MESSAGE_TOO_LARGE')
    const transactional = request.transactionalId !== undefined
    const producerId = String(request.producerId)
    if (transactional) this.transactions.checkWrite(request, log)
    if (producerId !== PLAIN.producerId) {
      const sequence = log.sequence(producerId)
      const before = sequence.check(request.producerEpoch, firstSequence, messages.length)
      if (before !== undefined) return before
      sequence.appended(request.producerEpoch, firstSequence, messages.length, log.high)
      const origin: Origin = { producerId, transactional }
      for (const message of messages) message.origin = origin
    }
    const baseOffset = log.append(messages)
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

function report(response: ProduceResponse, log: PartitionLog, baseOffset: number): void {
  let topic = response.topics.find(({ topicName }) => topicName === log.topic)
  if (topic === undefined) {
    topic = { topicName: log.topic, partitions: [] }
    response.topics.push(topic)
  }
  topic.partitions.push({
    partition: log.partition,
    errorCode: 0,
    baseOffset: String(baseOffset),
    logAppendTime: '-1',
    logStartOffset: String(log.low),
  })
}
