/**
 * An event store in memory that behaves like one behind a network: in a world its answers take time, get lost
 * and come in the wrong order. Without a runtime it answers as soon as it is awaited, for ordinary tests.
 *
 * Its sites are `append <stream>`, `read <stream>` and `read $all`. Beside crashes and holds an append can suffer:
 * - `conflict`: another writer gets in first with the same command, which is what happens when a command is
 *   delivered twice to two instances. The rival's events are really appended (if its expectation, the same
 *   as the caller's, still holds), and the caller's expectation is judged after that.
 * - `ack-lost`: the events were appended, the caller gets an EventStoreTimeoutError after `timeoutMs`.
 * - `late-commit`: the transaction stays open for `by` milliseconds (2,000 unless told) after positions were given
 *   out. Other streams go on and get later positions, which are readable first; a writer to the same stream waits,
 *   as it does for a row lock; the events become visible, and their writer gets its answer, when it commits.
 *   The store has the commit in hand by then: it happens even if the writer crashes meanwhile.
 */
import type { ProcessHandle, Reply, Runtime, Strike } from '#simulator/world/runtime.ts'
import { aggregate } from './aggregate.ts'
import type { EncodedEvent } from './encode.ts'
import { EventStoreTimeoutError, ExpectedVersionConflictError } from './errors.ts'
import {
  type AggregateStreamOptions,
  type AggregateStreamResult,
  type AppendResult,
  type ExpectedStreamVersion,
  type NewEvent,
  NO_CONCURRENCY_CHECK,
  type RemoteEventStore,
} from './event-store.ts'
import { EventLog, resultOf, type Written } from './log.ts'
import type { EventStoreRecord } from './records.ts'

export interface MemoryEventStoreOptions {
  readonly runtime?: Runtime
  /** Names the store in the trace. Default: `event-store`. */
  readonly name?: string
  /** One-way travel time of a request, default [1, 4]. */
  readonly latencyMs?: readonly [min: number, max: number]
  /** How long a caller waits for a lost answer before it gives up. Default 5,000. */
  readonly timeoutMs?: number
  /** What the other writer of a `conflict` appends. Default: the same events as the caller, under new ids. */
  readonly rival?: (stream: string, events: readonly NewEvent[]) => readonly NewEvent[]
}

export function createMemoryEventStore(options: MemoryEventStoreOptions = {}): RemoteEventStore {
  const { runtime } = options
  return runtime === undefined ? answerWhenAwaited(new EventLog()) : new SimulatedStore(runtime, options)
}

const APPEND_FAULTS = ['conflict', 'ack-lost', 'late-commit', 'hold']
const READ_FAULTS = ['hold']
const LATE_COMMIT_MS = 2_000
const TIMEOUT_MS = 5_000

/** An append that has arrived at the store. */
interface Request {
  readonly stream: string
  readonly events: readonly NewEvent[]
  readonly encoded: readonly EncodedEvent[]
  readonly expected: ExpectedStreamVersion
  readonly strike: Strike | undefined
  readonly reply: Reply<AppendResult>
  readonly process: ProcessHandle | undefined
  readonly cause: number
}

class SimulatedStore implements RemoteEventStore {
  readonly #runtime: Runtime
  readonly #options: MemoryEventStoreOptions
  readonly #log: EventLog
  readonly #name: string
  /** Writers that wait for a late commit of their stream, first come first served. */
  readonly #waiting = new Map<string, Request[]>()

  constructor(runtime: Runtime, options: MemoryEventStoreOptions) {
    this.#runtime = runtime
    this.#options = options
    this.#name = options.name ?? 'event-store'
    this.#log = new EventLog({ now: () => runtime.now(), newId: () => runtime.nextId('event') })
  }

  // The methods are async so that what is refused on the spot is a rejection as well, as with any remote store.

  readonly appendToStream: RemoteEventStore['appendToStream'] = async (stream, events, options) => {
    const encoded = this.#log.encode(stream, events)
    const expected = options?.expectedStreamVersion ?? NO_CONCURRENCY_CHECK
    const runtime = this.#runtime
    return runtime.exchange<AppendResult>(
      'append',
      stream,
      (reply, strike) => {
        const { current: process, context } = runtime
        this.#arrive({ stream, events, encoded, expected, strike, reply, process, cause: context.cause })
      },
      {
        ...this.#latency(),
        kinds: APPEND_FAULTS,
        onAckLost: reply => {
          const timeoutMs = this.#options.timeoutMs ?? TIMEOUT_MS
          runtime.schedule(timeoutMs, () => reply.reject(new EventStoreTimeoutError(stream, timeoutMs)))
        },
      },
    )
  }

  readonly readStream: RemoteEventStore['readStream'] = async (stream, options) =>
    this.#read(stream, () => this.#log.readStream(stream, options))

  readonly readAll: RemoteEventStore['readAll'] = async options =>
    this.#read('$all', () => this.#log.readAll(options))

  readonly aggregateStream = async <State, E extends NewEvent = NewEvent>(
    stream: string,
    options: AggregateStreamOptions<State, E>,
  ): Promise<AggregateStreamResult<State>> =>
    aggregate(await this.readStream<E>(stream, options.read), options)

  readonly streamExists: RemoteEventStore['streamExists'] = async stream =>
    this.#read(stream, () => this.#log.streamExists(stream))

  #read<T>(subject: string, read: () => T): Promise<T> {
    const apply = (reply: Reply<T>): void => {
      try {
        reply.resolve(read())
      } catch (error) {
        reply.reject(error)
      }
    }
    return this.#runtime.exchange<T>('read', subject, apply, { ...this.#latency(), kinds: READ_FAULTS })
  }

  #latency(): { latencyMs?: readonly [min: number, max: number] } {
    return this.#options.latencyMs === undefined ? {} : { latencyMs: this.#options.latencyMs }
  }

  #arrive(request: Request): void {
    if (this.#log.isLocked(request.stream)) {
      const queue = this.#waiting.get(request.stream)
      if (queue === undefined) this.#waiting.set(request.stream, [request])
      else queue.push(request)
      return
    }
    if (strikes(request, 'conflict')) this.#letRivalIn(request)
    this.#append(request)
  }

  #append(request: Request): void {
    const { stream, encoded, expected, reply } = request
    const late = encoded.length > 0 ? strikes(request, 'late-commit') : undefined
    let written: Written
    try {
      written = this.#log.write(stream, encoded, expected, late === undefined)
    } catch (error) {
      if (error instanceof ExpectedVersionConflictError) this.#recordConflict(request, error)
      reply.reject(error)
      return
    }
    const cause = this.#recordAppend(request, written, late === undefined)
    if (late === undefined) reply.resolve(resultOf(written))
    else this.#commitLater(request, written, late.by ?? LATE_COMMIT_MS, cause)
  }

  #commitLater(request: Request, written: Written, byMs: number, cause: number): void {
    const commit = (): void => {
      this.#log.commit(written)
      this.#record(
        {
          kind: 'store.visible',
          store: this.#name,
          ...written,
          label: labelOf(request.stream, request.encoded),
        },
        { process: this.#name, cause },
      )
      request.reply.resolve(resultOf(written))
      this.#letNextIn(request.stream)
    }
    this.#runtime.schedule(byMs, commit, { owner: null, idle: false })
  }

  #letNextIn(stream: string): void {
    const queue = this.#waiting.get(stream)
    if (queue === undefined) return
    this.#waiting.delete(stream)
    // Each of them may lock the stream again; the rest then queues up behind it in the same order.
    for (const request of queue) if (request.process?.alive !== false) this.#arrive(request)
  }

  #letRivalIn(request: Request): void {
    const { stream, events, expected } = request
    const copies = events.map(({ id: _, ...event }): NewEvent => event)
    const encoded = this.#log.encode(stream, this.#options.rival?.(stream, events) ?? copies)
    let written: Written
    try {
      written = this.#log.write(stream, encoded, expected)
    } catch (error) {
      if (error instanceof ExpectedVersionConflictError) return
      throw error
    }
    this.#recordAppend({ ...request, encoded, process: undefined }, written, true, 'rival')
  }

  #recordAppend(
    request: Request,
    written: Written,
    visible: boolean,
    process = request.process?.name,
  ): number {
    if (written.to < written.from) return 0
    const types = request.encoded.map(event => event.type)
    const label = labelOf(request.stream, request.encoded)
    return this.#record(
      { kind: 'store.append', store: this.#name, ...written, types, label, visible },
      { process: process ?? this.#name, cause: request.cause },
    )
  }

  #recordConflict(request: Request, { stream, expected, actual }: ExpectedVersionConflictError): void {
    const label = labelOf(stream, request.encoded)
    this.#record(
      { kind: 'store.conflict', store: this.#name, stream, expected, actual, label },
      { process: request.process?.name ?? this.#name, cause: request.cause, effect: false },
    )
  }

  #record(fields: EventStoreRecord, options: { process: string; cause: number; effect?: boolean }): number {
    return this.#runtime.record(fields, options)
  }
}

function strikes(request: Request, kind: string) {
  return request.strike?.faults.find(fault => fault.kind === kind)
}

function labelOf(stream: string, encoded: readonly EncodedEvent[]): string {
  const first = encoded[0]?.type ?? 'nothing'
  return encoded.length > 1 ? `${stream}/${first}+${encoded.length - 1}` : `${stream}/${first}`
}

function answerWhenAwaited(log: EventLog): RemoteEventStore {
  return {
    appendToStream: async (stream, events, options) => log.appendToStream(stream, events, options),
    readStream: async (stream, options) => log.readStream(stream, options),
    readAll: async options => log.readAll(options),
    aggregateStream: async (stream, options) => log.aggregateStream(stream, options),
    streamExists: async stream => log.streamExists(stream),
  }
}
