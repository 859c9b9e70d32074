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
  /** A partition that the client used to ask for is missing, and has messages. */
  readonly isPartial: boolean
  deadlineMs: number
  timer: Scheduled
}

/** Where a group reads in a partition: who asked last, and for what. */
interface Position {
  link: ClientLink
  fetchOffset: string
  /** Since when that client has been waiting for other partitions of the node and not for this one: it has paused it. */
  leftOutSinceMs: number | undefined
}

interface Collected {
  readonly responses: FetchResponse['responses']
  readonly sizeBytes: number
}

/** A pause that has lasted this long does not keep a run alive any more; a timer further away than that still ends it. */
const PAUSE_PATIENCE_MS = 120_000

export class Fetches {
  readonly #waiting = new Map<PartitionLog, Set<ParkedFetch>>()
  readonly #positions = new Map<string, Map<PartitionLog, Position>>()
  #longestWaitMs = Number.POSITIVE_INFINITY

  constructor(
    readonly runtime: Runtime,
    readonly topics: Topics,
    readonly retention: Retention,
    readonly holds: Holds,
  ) {
    runtime.onSkip(byMs => {
      for (const parked of this.#all()) {
        parked.deadlineMs += byMs
        // What comes next was waited for long enough to be skipped to; it may be what resumes a partition.
        if (parked.isPartial) this.#hurry(parked)
      }
    })
  }

  handle(link: ClientLink, request: FetchRequest, reply: Reply<FetchResponse>): void {
    const logs: PartitionLog[] = []
    const positions = this.#positionsOf(link)
    for (const { topic, partitions } of request.topics) {
      for (const { partition, fetchOffset } of partitions) {
        const log = this.topics.log(topic, partition)
        logs.push(log)
        const position = positions.get(log)
        if (position === undefined) positions.set(log, { link, fetchOffset, leftOutSinceMs: undefined })
        else {
          position.link = link
          position.fetchOffset = fetchOffset
          position.leftOutSinceMs = undefined
        }
      }
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
    for (const parked of link.parkedFetches) this.#hurry(parked)
  }

  /** From now on nobody waits longer than this, whoever waits already included. */
  shorten(longestWaitMs: number): void {
    this.#longestWaitMs = longestWaitMs
    for (const parked of this.#all()) {
      parked.deadlineMs = Math.min(parked.deadlineMs, this.runtime.now() + longestWaitMs)
      this.#hurry(parked)
    }
  }

  /** Forgets the fetches of a client whose connection is gone. */
  drop(link: ClientLink): void {
    for (const parked of [...link.parkedFetches]) this.#unpark(parked)
  }

  /** Forgets where a client read that has disconnected. */
  forget(link: ClientLink): void {
    const { groupId = '' } = link.options
    const positions = this.#positions.get(groupId)
    if (positions === undefined) return
    for (const [log, position] of positions) if (position.link === link) positions.delete(log)
    if (positions.size === 0) this.#positions.delete(groupId)
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
    const nowMs = this.runtime.now()
    const pausedForMs = this.#pausedForMs(link, logs)
    const parked: ParkedFetch = {
      link,
      request,
      reply,
      logs,
      isPartial: pausedForMs !== undefined,
      deadlineMs: nowMs + Math.min(request.maxWaitTime, this.#longestWaitMs),
      timer: NEVER,
    }
    const mayResume = pausedForMs !== undefined && pausedForMs < PAUSE_PATIENCE_MS
    parked.timer = this.#expireAt(parked, !link.wanted && !mayResume)
    link.parkedFetches.add(parked)
    for (const log of logs) {
      const waiting = this.#waiting.get(log)
      if (waiting === undefined) this.#waiting.set(log, new Set([parked]))
      else waiting.add(parked)
    }
  }

  /** The run must not end before the broker has answered this one. */
  #hurry(parked: ParkedFetch): void {
    parked.timer.cancel()
    parked.timer = this.#expireAt(parked, false)
  }

  /** The broker answers with whatever there is once the client has waited long enough. */
  #expireAt(parked: ParkedFetch, idle: boolean): Scheduled {
    const waitMs = Math.max(0, parked.deadlineMs - this.runtime.now())
    const owner = parked.link.process ?? null
    return this.runtime.schedule(waitMs, () => this.#expire(parked), { owner, idle })
  }

  #expire(parked: ParkedFetch): void {
    this.#unpark(parked)
    try {
      parked.reply.resolve(respond(this.#collect(parked.link, parked.request).responses))
    } catch (error) {
      parked.reply.reject(error)
    }
  }

  /**
   * For how long the client, which waits for messages of these partitions now, has left out another one of their node that it was
   * the last of its group to ask for and that has messages for it. KafkaJS does so while the partition is paused. When it is
   * resumed, nobody tells the broker: the next request asks for it again, so that a run must not end before that.
   */
  #pausedForMs(link: ClientLink, logs: readonly PartitionLog[]): number | undefined {
    const nowMs = this.runtime.now()
    let shortestMs: number | undefined
    for (const [log, position] of this.#positionsOf(link)) {
      if (position.link !== link || log.leader !== logs[0]?.leader || logs.includes(log)) continue
      if (Number(position.fetchOffset) >= log.high) continue
      position.leftOutSinceMs ??= nowMs
      shortestMs = Math.min(shortestMs ?? Number.POSITIVE_INFINITY, nowMs - position.leftOutSinceMs)
    }
    return shortestMs
  }

  #positionsOf({ options: { groupId = '' } }: ClientLink): Map<PartitionLog, Position> {
    let positions = this.#positions.get(groupId)
    if (positions === undefined) {
      positions = new Map()
      this.#positions.set(groupId, positions)
    }
    return positions
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
