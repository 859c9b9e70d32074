/**
 * The network of a run: `fetch` between services and to outside parties, in virtual time.
 *
 * A request is a site of its caller (`gateway/request POST orders order-7#1`) and of the service that handles it
 * (`orders/serve POST /orders order-7#1`). Bodies travel whole, never as streams; redirects are not followed.
 */
import type { Party } from '#simulator/scenario/scenario.ts'
import type { WebApp } from '#simulator/service.ts'
import { ProcessCrashed } from '#simulator/world/errors.ts'
import type { Fault, ProcessHandle, Runtime, Strike } from '#simulator/world/runtime.ts'
import { type FailureCode, fetchFailure } from './fetch-failure.ts'
import { type Listener, Listeners } from './listeners.ts'
import {
  buffered,
  bufferedResponse,
  createRequest,
  errorResponse,
  isRedirect,
  redirectRefused,
} from './messages.ts'
import type { HttpRecord } from './records.ts'

export interface NetworkOptions {
  /** The outside parties, by host name. */
  readonly parties?: Readonly<Record<string, Party>>
  /** Services that exist even if they have never listened yet: calling one is refused, not unknown. */
  readonly services?: readonly string[]
}

export interface Network {
  /**
   * The global `fetch` of the run.
   * @throws TypeError `fetch failed` with `cause.code` as undici does: ECONNREFUSED nobody listens, ECONNRESET the far side
   *   died or its reply was lost, ENOTFOUND no such host, UND_ERR_CONNECT_TIMEOUT no way through; or the signal's reason
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /** Serves `http://<service>/` from this process until it dies. */
  listen(process: ProcessHandle, app: WebApp): void
}

/** What `connectTimeout` of undici is when nobody sets it. */
const CONNECT_TIMEOUT_MS = 10_000
/** How long a caller waits for a lost answer before its connection breaks: many clients' own patience. */
const LOST_ANSWER_MS = 10_000
/** What `headersTimeout` of undici is when nobody sets it: the end of waiting for who never answers. */
const NO_ANSWER_MS = 300_000
const SLOW_MS = 1000
/** After this long a proxy that retries sends a request again. */
const DUPLICATE_AFTER_MS = 50
const LATENCY_MS = [2, 12] as const
const REQUEST_FAULTS = ['ack-lost', 'hold', 'error', 'duplicate'] as const
const SERVE_FAULTS: readonly string[] = []

export function createNetwork(runtime: Runtime, options: NetworkOptions = {}): Network {
  const network = new SimulatedNetwork(runtime, options)
  return {
    fetch: (input, init) => network.fetch(input, init),
    listen: (process, app) => network.listeners.add(process, app),
  }
}

/** One request under way, from its sending to the moment its caller knows how it ended. */
interface Call {
  readonly host: string
  readonly method: string
  readonly path: string
  readonly subject: string
  readonly caller: ProcessHandle | undefined
  /** What the caller was about, to be restored when the answer comes. */
  readonly callerSubject: string
  /** `seq` of its record. */
  sent: number
  /** The caller knows: what comes later is dropped. */
  over: boolean
  strike: Strike | undefined
  settle(response: Response): void
  fail(error: unknown, code: string): void
}

/** How one delivery at the far side ends. */
type Answer = (response: Response) => void

class SimulatedNetwork {
  readonly listeners = new Listeners()
  readonly #parties: ReadonlyMap<string, Party>
  /** How many entries of each ledger are in the trace. */
  readonly #ledgerSeen = new Map<Party, number>()
  /** What each serving process has not answered yet. */
  readonly #serving = new Map<ProcessHandle, Set<Call>>()

  constructor(
    readonly runtime: Runtime,
    readonly options: NetworkOptions,
  ) {
    this.#parties = new Map(Object.entries(options.parties ?? {}))
    for (const party of this.#parties.values()) this.#ledgerSeen.set(party, party.ledger.length)
    runtime.onDeath(process => {
      this.listeners.remove(process)
      const unanswered = this.#serving.get(process)
      this.#serving.delete(process)
      for (const call of unanswered ?? []) this.#failLater(call, 'ECONNRESET', 1)
    })
  }

  async fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const { runtime } = this
    const signal = init?.signal ?? (input instanceof Request ? input.signal : null)
    signal?.throwIfAborted()
    const request = createRequest(input, init)
    const url = new URL(request.url)
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new TypeError('fetch failed', { cause: new Error(`unknown scheme ${url.protocol}`) })
    }
    const sent = init?.body instanceof ReadableStream ? await buffered(request) : request
    return new Promise<Response>((resolve, reject) => {
      const { subject: callerSubject } = runtime.context
      const call: Call = {
        host: url.hostname,
        method: request.method,
        path: url.pathname,
        subject: request.headers.get('idempotency-key') || callerSubject || url.pathname,
        caller: runtime.current,
        callerSubject,
        sent: 0,
        over: false,
        strike: undefined,
        settle: response => {
          if (call.over) return
          call.over = true
          signal?.removeEventListener('abort', onAbort)
          this.#record({ kind: 'http.response', from: call.host, status: response.status })
          if (isRedirect(response) && request.redirect !== 'manual')
            reject(redirectRefused(request, response))
          else resolve(response)
        },
        fail: (error, code) => {
          if (call.over) return
          call.over = true
          signal?.removeEventListener('abort', onAbort)
          this.#record({ kind: 'http.failed', to: call.host, error: code })
          reject(error)
        },
      }
      const onAbort = () => {
        const reason: unknown = signal!.reason
        call.fail(
          reason,
          reason instanceof Error || reason instanceof DOMException ? reason.name : 'AbortError',
        )
      }
      signal?.addEventListener('abort', onAbort)
      this.#send(call, sent)
    })
  }

  #send(call: Call, request: Request): void {
    const { runtime } = this
    // Only the outward leg is the exchange's: the way back has its own travel time, and many ways to go wrong.
    void runtime.exchange<never>(
      `request ${call.method} ${call.host}`,
      call.subject,
      (_reply, strike) => {
        call.strike = strike
        runtime.context.cause = call.sent
        this.#arrive(call, request, strike?.faults ?? NO_FAULTS)
      },
      { latencyMs: LATENCY_MS, kinds: REQUEST_FAULTS },
    )
    // A crash before the request means that it was never sent.
    if (call.caller?.alive === false) return
    call.sent = runtime.record(
      {
        kind: 'http.request',
        to: call.host,
        method: call.method,
        path: call.path,
        subject: call.subject,
      } satisfies HttpRecord,
      { effect: call.method !== 'GET' && call.method !== 'HEAD', detached: true },
    )
  }

  /** The request has reached the far side, or has found no way there. */
  #arrive(call: Call, request: Request, faults: readonly Fault[]): void {
    const { runtime } = this
    const { host } = call
    if (this.#isCutOff(call)) {
      this.#failLater(call, 'UND_ERR_CONNECT_TIMEOUT', CONNECT_TIMEOUT_MS)
      return
    }
    const planned = faults.find(fault => fault.kind === 'error') ?? this.#striking('failing', call)
    if (planned !== undefined) {
      this.#answerLater(call, errorResponse(planned))
      return
    }
    const party = this.#parties.get(host)
    if (party === undefined ? !this.#isKnown(host) : runtime.active('down', host) !== undefined) {
      if (party === undefined) this.#failLater(call, 'ENOTFOUND', 1, this.#knownHosts())
      else this.#failLater(call, 'ECONNREFUSED', 1)
      return
    }
    const duplicate = faults.find(fault => fault.kind === 'duplicate')
    const answer = this.#answerOf(call, faults)
    if (duplicate === undefined) {
      this.#deliver(call, request, party, answer)
      return
    }
    const again = request.clone()
    // Nobody waits for the first: whatever becomes of it must not pass for the end of the second.
    this.#deliver({ ...call, settle: () => {}, fail: () => {} }, request, party, () => {})
    runtime.schedule(duplicate.by ?? DUPLICATE_AFTER_MS, () => this.#deliver(call, again, party, answer), {
      owner: null,
    })
  }

  /** What becomes of the answer, as the faults have it. Decided on arrival, so that a window that ends meanwhile changes nothing. */
  #answerOf(call: Call, faults: readonly Fault[]): Answer {
    if (faults.some(fault => fault.kind === 'ack-lost')) {
      return () => this.#failLater(call, 'ECONNRESET', LOST_ANSWER_MS)
    }
    if (this.#striking('timeout-after', call) !== undefined) {
      return () => this.#failLater(call, 'ECONNRESET', NO_ANSWER_MS)
    }
    return response => {
      if (this.#isCutOff(call)) this.#failLater(call, 'ECONNRESET', LOST_ANSWER_MS)
      else this.#answerLater(call, response)
    }
  }

  #deliver(call: Call, request: Request, party: Party | undefined, answer: Answer): void {
    if (party !== undefined) {
      this.#atStepOf(null, call, () => this.#serveAsParty(call, request, party, answer))
      return
    }
    const listener = this.listeners.next(call.host)
    if (listener === undefined) {
      this.#failLater(call, 'ECONNREFUSED', 1)
      return
    }
    const serving = this.#serving.get(listener.process)
    if (serving === undefined) this.#serving.set(listener.process, new Set([call]))
    else serving.add(call)
    this.#atStepOf(listener.process, call, () => this.#serve(call, request, listener, answer))
  }

  #atStepOf(owner: ProcessHandle | null, call: Call, action: () => void): void {
    this.runtime.schedule(
      0,
      () => {
        this.runtime.context.subject = call.subject
        action()
      },
      { owner },
    )
  }

  #serve(call: Call, request: Request, listener: Listener, answer: Answer): void {
    const { runtime } = this
    const strike = runtime.visit(`serve ${call.method} ${call.path}`, call.subject, SERVE_FAULTS)
    const done = runtime.busy(`${call.method} ${call.path}`)
    const { process } = listener
    this.#run(
      () => listener.app.fetch(request),
      response => {
        done()
        // Whoever has died meanwhile answers nothing; its callers have been told.
        if (!process.alive) return
        try {
          runtime.leave(strike)
        } catch (error) {
          if (error instanceof ProcessCrashed) return
          throw error
        }
        this.#serving.get(process)?.delete(call)
        answer(response)
      },
    )
  }

  #serveAsParty(call: Call, request: Request, party: Party, answer: Answer): void {
    this.#run(
      () => party.fetch(request),
      response => {
        this.#recordLedger(call.host, party)
        answer(response)
      },
    )
    this.#recordLedger(call.host, party)
  }

  /** Runs an app and takes in its whole answer; what it throws is a 500, as any server makes of it. */
  #run(app: () => Response | Promise<Response>, then: (response: Response) => void): void {
    const failed = () => then(new Response('Internal Server Error', { status: 500 }))
    let result: Response | Promise<Response>
    try {
      result = app()
    } catch {
      failed()
      return
    }
    Promise.resolve(result).then(bufferedResponse).then(then, failed)
  }

  #answerLater(call: Call, response: Response): void {
    const slow = this.runtime.active('slow', call.host)
    const [min, max] = LATENCY_MS
    const drawn = this.runtime.drawAt(`${call.strike?.site ?? ''} reply`)
    const travelMs = min + Math.floor(drawn * (max - min + 1))
    this.#atCaller(call, travelMs + (slow === undefined ? 0 : (slow.by ?? SLOW_MS)), () =>
      call.settle(response),
    )
  }

  #failLater(call: Call, code: FailureCode, afterMs: number, hint?: string): void {
    this.#atCaller(call, afterMs, () => call.fail(fetchFailure(code, call.host, hint), code))
  }

  #atCaller(call: Call, afterMs: number, action: () => void): void {
    const { runtime } = this
    runtime.schedule(
      afterMs,
      () => {
        runtime.context.subject = call.callerSubject
        action()
      },
      { owner: call.caller ?? null },
    )
  }

  #isCutOff(call: Call): boolean {
    const { runtime } = this
    return (
      runtime.active('disconnected', call.host) !== undefined ||
      (call.caller !== undefined && runtime.active('disconnected', call.caller.service) !== undefined)
    )
  }

  /** A window fault of the far side, if its share (all unless told) has it strike this request. */
  #striking(kind: string, call: Call): Fault | undefined {
    const fault = this.runtime.active(kind, call.host)
    if (fault?.share === undefined) return fault
    return this.runtime.drawAt(`${kind}@${call.strike?.site ?? ''}`) < fault.share ? fault : undefined
  }

  #isKnown(host: string): boolean {
    return this.listeners.services.includes(host) || this.options.services?.includes(host) === true
  }

  #knownHosts(): string {
    const known = new Set([
      ...(this.options.services ?? []),
      ...this.listeners.services,
      ...this.#parties.keys(),
    ])
    return known.size === 0 ? ' (nobody listens here)' : ` (known here: ${[...known].join(', ')})`
  }

  #recordLedger(name: string, party: Party): void {
    for (let index = this.#ledgerSeen.get(party)!; index < party.ledger.length; index++) {
      const { action, key } = party.ledger[index]!
      this.runtime.record({ kind: 'party.did', party: name, action, key } satisfies HttpRecord, {
        process: name,
      })
    }
    this.#ledgerSeen.set(party, party.ledger.length)
  }

  #record(record: HttpRecord): void {
    this.runtime.record(record, { effect: false })
  }
}

const NO_FAULTS: readonly Fault[] = []
