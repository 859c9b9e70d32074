/**
 * Fetch requests: answered at once when there is data, otherwise parked at the broker until there is (a long poll).
 */
import kafkajsErrors from 'kafkajs/src/errors.js'
import type { Reply, Runtime, Scheduled } from '#simulator/world/runtime.ts'
import type { ClientLink } from './client-link.ts'
import type { Holds } from './holds.ts'
import type { PartitionLog } from './partition-log.ts'
import { protocolError } from './protocol-errors.ts'
import type { Retention } from './retention.ts'
import type { FetchedMessage } from './stored-message.ts'
import type { Topics } from './topics.ts'

export interface FetchRequest {
  /** 1: only what is committed; 0: everything. */
  readonly isolationLevel?: number
  readonly maxWaitTime: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly topics: readonly {
    readonly topic: string
    readonly partitions: readonly { partition: number; fetchOffset: string; maxBytes: number }[]
  }[]
}

interface FetchedPartition {
  partition: number
  errorCode: 0
  highWatermark: string
  lastStableOffset: string
  lastStartOffset: string
  abortedTransactions: { producerId: string; firstOffset: string }[]
  preferredReadReplica: -1
  messages: FetchedMessage[]
}

/** In the shape of a decoded fetch response, version 11. Partitions without news are left out. */
export interface FetchResponse {
  throttleTime: 0
  errorCode: 0
  sessionId: 0
  responses: { topicName: string; partitions: FetchedPartition[] }[]
}

export interface ParkedFetch {
  readonly link: ClientLink
  readonly request: FetchRequest
  readonly reply: Reply<FetchResponse>
  readonly logs: readonly PartitionLog[]
  deadlineMs: number
  timer: Scheduled
}

interface Collected {
  readonly responses: FetchResponse['responses']
  readonly sizeBytes: number
}

export class Fetches {
  readonly #waiting = new Map<PartitionLog, Set<ParkedFetch>>()

  constructor(
    readonly runtime: Runtime,
    readonly topics: Topics,
    readonly retention: Retention,
    readonly holds: Holds,
  ) {
    runtime.onSkip(byMs => {
      for (const parked of this.#all()) parked.deadlineMs += byMs
    })
  }

  handle(link: ClientLink, request: FetchRequest, reply: Reply<FetchResponse>): void {
    const logs: PartitionLog[] = []
    for (const { topic, partitions } of request.topics) {
      for (const { partition } of partitions) logs.push(this.topics.log(topic, partition))
    }
    for (const log of logs) this.retention.expire(log)
    const collected = this.#collect(link, request)
    if (collected.sizeBytes >= request.minBytes || request.maxWaitTime <= 0) {
      reply.resolve(respond(collected.responses))
      return
    }
    this.#park(link, request, reply, logs)
  }

  /** Looks again at the fetches that wait for one of these partitions. */
  wake(logs: Iterable<PartitionLog>): void {
    for (const log of logs) {
      for (const parked of this.#waiting.get(log) ?? NONE) {
        try {
          const collected = this.#collect(parked.link, parked.request)
          if (collected.sizeBytes < parked.request.minBytes) continue
          this.#unpark(parked)
          parked.reply.resolve(respond(collected.responses))
        } catch (error) {
          this.#unpark(parked)
          parked.reply.reject(error)
        }
      }
    }
  }

  /** Its group waits for this client, so that its long poll is not idle waiting any more: it must not be skipped over. */
  want(link: ClientLink): void {
    link.wanted = true
    for (const parked of link.parkedFetches) {
      parked.timer.cancel()
      parked.timer = this.#expireAt(parked, false)
    }
  }

  /** Forgets the fetches of a client whose connection is gone. */
  drop(link: ClientLink): void {
    for (const parked of [...link.parkedFetches]) this.#unpark(parked)
  }

  /** @throws KafkaJSOffsetOutOfRange as KafkaJS makes it from the first partition in error */
  #collect(link: ClientLink, request: FetchRequest): Collected {
    const responses: FetchResponse['responses'] = []
    const committedOnly = request.isolationLevel !== 0
    let sizeBytes = 0
    for (const { topic, partitions } of request.topics) {
      const fetched: FetchedPartition[] = []
      for (const { partition, fetchOffset, maxBytes } of partitions) {
        const log = this.topics.log(topic, partition)
        const from = Number(fetchOffset)
        if (from < log.low || from > log.high) {
          throw new kafkajsErrors.KafkaJSOffsetOutOfRange(protocolError('OFFSET_OUT_OF_RANGE'), {
            topic,
            partition,
          })
        }
        if (sizeBytes >= request.maxBytes) continue
        const upTo = this.holds.limit(link.options.groupId, log, committedOnly ? log.lastStable : log.high)
        if (from >= upTo) continue
        const read = log.read(from, upTo, Math.min(maxBytes, request.maxBytes - sizeBytes))
        sizeBytes += read.sizeBytes
        fetched.push({
          partition,
          errorCode: 0,
          highWatermark: String(log.high),
          lastStableOffset: String(log.lastStable),
          lastStartOffset: String(log.low),
          abortedTransactions: committedOnly ? log.abortedBetween(from, upTo) : [],
          preferredReadReplica: -1,
          messages: read.messages,
        })
      }
      if (fetched.length > 0) responses.push({ topicName: topic, partitions: fetched })
    }
    return { responses, sizeBytes }
  }

  #park(
    link: ClientLink,
    request: FetchRequest,
    reply: Reply<FetchResponse>,
    logs: readonly PartitionLog[],
  ): void {
    const deadlineMs = this.runtime.now() + request.maxWaitTime
    const parked: ParkedFetch = { link, request, reply, logs, deadlineMs, timer: NEVER }
    parked.timer = this.#expireAt(parked, !link.wanted)
    link.parkedFetches.add(parked)
    for (const log of logs) {
      const waiting = this.#waiting.get(log)
      if (waiting === undefined) this.#waiting.set(log, new Set([parked]))
      else waiting.add(parked)
    }
  }

  /** The broker answers with whatever there is once the client has waited long enough. */
  #expireAt(parked: ParkedFetch, idle: boolean): Scheduled {
    const expire = () => {
      this.#unpark(parked)
      try {
        parked.reply.resolve(respond(this.#collect(parked.link, parked.request).responses))
      } catch (error) {
        parked.reply.reject(error)
      }
    }
    const waitMs = Math.max(0, parked.deadlineMs - this.runtime.now())
    return this.runtime.schedule(waitMs, expire, { owner: parked.link.process ?? null, idle })
  }

  #unpark(parked: ParkedFetch): void {
    parked.timer.cancel()
    parked.link.parkedFetches.delete(parked)
    for (const log of parked.logs) {
      const waiting = this.#waiting.get(log)
      waiting?.delete(parked)
      if (waiting?.size === 0) this.#waiting.delete(log)
    }
  }

  #all(): Set<ParkedFetch> {
    const all = new Set<ParkedFetch>()
    for (const waiting of this.#waiting.values()) for (const parked of waiting) all.add(parked)
    return all
  }
}

const NONE: ReadonlySet<ParkedFetch> = new Set()
const NEVER: Scheduled = { cancel: () => {} }

function respond(responses: FetchResponse['responses']): FetchResponse {
  return { throttleTime: 0, errorCode: 0, sessionId: 0, responses }
}
