/**
 * One KafkaJS client (a consumer, producer or admin) as the cluster sees it: whose it is, and whether it can be reached.
 */
import kafkajsErrors from 'kafkajs/src/errors.js'
import type { ProcessHandle, Runtime } from '#simulator/world/runtime.ts'
import type { ParkedFetch } from './fetches.ts'

/** What KafkaJS's client code announces its events through. */
export interface Emitter {
  readonly emitter: { listenerCount(event: string): number }
  emit(event: string, payload: unknown): void
}

export interface LinkOptions {
  readonly runtime: Runtime
  readonly process: ProcessHandle | undefined
  readonly clientId: string
  /** The group of a consumer. */
  readonly groupId: string | undefined
  readonly emitter: Emitter | null
  readonly requestTimeoutMs: number
  readonly enforceRequestTimeout: boolean
  readonly maxInFlightRequests: number | null
  readonly allowAutoTopicCreation: boolean
}

export interface Address {
  readonly host: string
  readonly port: number
}

export class ClientLink {
  /** The id the group coordinator gave its consumer. */
  memberId: string | undefined
  /** True while its group waits for it to join again: then its long polls are not idle waiting. */
  wanted = false
  readonly parkedFetches = new Set<ParkedFetch>()
  correlationId = 0

  constructor(readonly options: LinkOptions) {}

  get process(): ProcessHandle | undefined {
    return this.options.process ?? this.options.runtime.current
  }

  /** For records: the process, or `outside` when the client belongs to none. */
  get processName(): string {
    return this.process?.name ?? 'outside'
  }

  /** False while the fault `broker-down`, or `disconnected` on its service, is in force. */
  get reachable(): boolean {
    const { runtime } = this.options
    if (runtime.active('broker-down', '') !== undefined) return false
    if (runtime.active('broker-down', 'kafka') !== undefined) return false
    const service = this.process?.service
    return service === undefined || runtime.active('disconnected', service) === undefined
  }
}

/** What a client gets that tries to connect while it cannot: KafkaJS's network/connection.js wraps Node's error like this. */
export function connectionRefused({ host, port }: Address): Error {
  return new kafkajsErrors.KafkaJSConnectionError(`Connection error: connect ECONNREFUSED ${host}:${port}`, {
    broker: `${host}:${port}`,
    code: 'ECONNREFUSED',
  })
}

/** What becomes of requests under way when a connection breaks. */
export function connectionClosed({ host, port }: Address): Error {
  return new kafkajsErrors.KafkaJSConnectionClosedError('Closed connection', { host, port })
}
