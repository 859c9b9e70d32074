/**
 * A connection from a client to a node: requests arrive in the order they were sent, and fail when it breaks.
 */
import kafkajsErrors from 'kafkajs/src/errors.js'
import type { Reply, Runtime, Strike } from '#simulator/world/runtime.ts'
import { type Address, type ClientLink, connectionClosed, connectionRefused } from './client-link.ts'

/** A kind of request, as KafkaJS's instrumentation events name it. */
export interface Api {
  readonly apiName: string
  readonly apiKey: number
  readonly apiVersion: number
}

/** A request that faults can strike. */
export interface Site {
  readonly operation: string
  readonly subject: string
  readonly kinds: readonly string[]
}

type Apply<T> = (reply: Reply<T>, strike: Strike | undefined) => void

export class Connection {
  /** Connected on demand by the first request, as KafkaJS's connection pool does. */
  connected = false
  #inFlight = 0
  #sent = 0
  #arrived = 0
  /** How often it broke: requests from before a break are not applied. */
  #breaks = 0
  /** Requests that arrived before one that was sent earlier. */
  #early: Map<number, () => void> | undefined
  /** Replies that are still to come from requests that have arrived. */
  readonly #open = new Set<TrackedReply<unknown>>()
  #waiting: (() => void)[] | undefined
  #whenIdle: (() => void)[] | undefined

  constructor(
    readonly runtime: Runtime,
    readonly link: ClientLink,
    readonly address: Address,
  ) {}

  /** @throws KafkaJSConnectionError while the node cannot be reached */
  connect(): void {
    if (this.connected) return
    if (!this.link.reachable) throw connectionRefused(this.address)
    this.connected = true
  }

  /** Like KafkaJS, waits for the replies under way. */
  async disconnect(): Promise<void> {
    if (this.#inFlight > 0) {
      await new Promise<void>(resolve => {
        this.#whenIdle ??= []
        this.#whenIdle.push(resolve)
      })
    }
    this.connected = false
  }

  /** The network breaks: every request under way fails. */
  break(): void {
    this.connected = false
    this.#breaks++
    const open = [...this.#open]
    this.#open.clear()
    for (const reply of open) reply.reject(connectionClosed(this.address))
  }

  /** One request, one step. Without a site it cannot be struck, but it fails when the node cannot be reached. */
  async request<T>(api: Api, apply: Apply<T>, site?: Site): Promise<T> {
    const { maxInFlightRequests } = this.link.options
    if (maxInFlightRequests !== null && this.#inFlight >= maxInFlightRequests) {
      await new Promise<void>(resolve => {
        this.#waiting ??= []
        this.#waiting.push(resolve)
      })
    }
    this.connect()
    const createdAt = Date.now()
    this.#inFlight++
    try {
      const result = await this.#exchange(api, apply, site, createdAt)
      this.#announce(api, createdAt)
      return result
    } finally {
      this.#inFlight--
      this.#waiting?.shift()?.()
      if (this.#inFlight === 0 && this.#whenIdle !== undefined) {
        const idle = this.#whenIdle
        this.#whenIdle = undefined
        for (const resolve of idle) resolve()
      }
    }
  }

  #exchange<T>(api: Api, apply: Apply<T>, site: Site | undefined, createdAt: number): Promise<T> {
    const ticket = this.#sent++
    const breaks = this.#breaks
    return this.runtime.exchange<T>(
      site?.operation ?? null,
      site?.subject ?? '',
      (reply, strike) => this.#arrive(ticket, () => this.#apply(breaks, reply, strike, apply)),
      site === undefined
        ? undefined
        : { kinds: site.kinds, onAckLost: reply => this.#timeOut(api, createdAt, reply) },
    )
  }

  /** TCP keeps order; requests of one connection with different travel times must not overtake each other. */
  #arrive(ticket: number, applyNow: () => void): void {
    if (ticket !== this.#arrived) {
      this.#early ??= new Map()
      this.#early.set(ticket, applyNow)
      return
    }
    this.#arrived++
    applyNow()
    if (this.#early === undefined) return
    for (;;) {
      const next = this.#early.get(this.#arrived)
      if (next === undefined) return
      this.#early.delete(this.#arrived++)
      next()
    }
  }

  #apply<T>(breaks: number, reply: Reply<T>, strike: Strike | undefined, apply: Apply<T>): void {
    if (breaks !== this.#breaks) {
      reply.reject(connectionClosed(this.address))
      return
    }
    const tracked = new TrackedReply(reply, this.#open)
    this.#open.add(tracked as TrackedReply<unknown>)
    try {
      apply(tracked, strike)
    } catch (error) {
      tracked.reject(error)
    }
  }

  /** The reply never comes: KafkaJS gives up after its request timeout (30 s by default). */
  #timeOut(api: Api, createdAt: number, reply: Reply<never>): void {
    const { enforceRequestTimeout, requestTimeoutMs, clientId, emitter } = this.link.options
    if (!enforceRequestTimeout) return
    const { process } = this.link
    const event = {
      broker: `${this.address.host}:${this.address.port}`,
      clientId,
      correlationId: this.link.correlationId++,
      createdAt,
      sentAt: createdAt,
      pendingDuration: 0,
    }
    const { apiName, apiKey, apiVersion } = api
    const timeOut = () => {
      emitter?.emit('network.request_timeout', { ...event, apiName, apiKey, apiVersion })
      reply.reject(
        new kafkajsErrors.KafkaJSRequestTimeoutError(
          `Request ${apiName}(key: ${apiKey}, version: ${apiVersion}) timed out`,
          event,
        ),
      )
    }
    const waitMs = Math.max(0, createdAt + requestTimeoutMs - Date.now())
    this.runtime.schedule(waitMs, timeOut, { owner: process ?? null, idle: false })
  }

  #announce(api: Api, createdAt: number): void {
    const { clientId, emitter } = this.link.options
    if (emitter === null || emitter.emitter.listenerCount('network.request') === 0) return
    emitter.emit('network.request', {
      apiName: api.apiName,
      apiKey: api.apiKey,
      apiVersion: api.apiVersion,
      broker: `${this.address.host}:${this.address.port}`,
      clientId,
      correlationId: this.link.correlationId++,
      createdAt,
      sentAt: createdAt,
      pendingDuration: 0,
      duration: Date.now() - createdAt,
      // Nothing is encoded here, so there is no size to tell.
      size: 0,
    })
  }
}

/** A reply that is known to be still to come until it has come. */
class TrackedReply<T> implements Reply<T> {
  constructor(
    readonly reply: Reply<T>,
    readonly open: Set<TrackedReply<unknown>>,
  ) {}

  resolve(value: T): void {
    this.open.delete(this as TrackedReply<unknown>)
    this.reply.resolve(value)
  }

  reject(error: unknown): void {
    this.open.delete(this as TrackedReply<unknown>)
    this.reply.reject(error)
  }
}
