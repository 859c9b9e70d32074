/**
 * One request over the network and its reply, as a single step of virtual time.
 */
import type { Agenda } from './agenda.ts'
import { ProcessCrashed } from './errors.ts'
import type { Incarnation } from './process.ts'
import { drawAt } from './random.ts'
import type { ExchangeOptions, Reply, Strike } from './runtime.ts'
import type { SiteVisitor } from './site-visitor.ts'
import type { Supervisor } from './supervisor.ts'

const DEFAULT_LATENCY_MS = [1, 4] as const
/** What a request that is no site takes; drawing a time needs a name. */
const UNSITED_LATENCY_MS = 1
const DEFAULT_HOLD_MS = 5000
/** A reply that comes on its own takes this long. */
const REPLY_MS = 1
const NO_KINDS: readonly string[] = []

export type Apply<T> = (reply: Reply<T>, strike: Strike | undefined) => void

/** See Runtime.exchange. */
export function exchange<T>(
  { agenda, supervisor, visitor }: { agenda: Agenda; supervisor: Supervisor; visitor: SiteVisitor },
  operation: string | null,
  subject: string,
  apply: Apply<T>,
  options: (ExchangeOptions & { kinds?: readonly string[] }) | undefined,
): Promise<T> {
  const process = supervisor.current
  if (process?.alive === false) return never()
  let strike: Strike | undefined
  let latencyMs = UNSITED_LATENCY_MS
  if (operation !== null) {
    try {
      strike = visitor.visit(operation, subject, options?.kinds ?? NO_KINDS)
    } catch (error) {
      if (error instanceof ProcessCrashed) return never()
      throw error
    }
    latencyMs = travelTime(supervisor.seed, strike, options?.latencyMs ?? DEFAULT_LATENCY_MS)
  }

  return new Promise<T>((resolve, reject) => {
    const request = new RequestUnderWay(
      agenda,
      supervisor,
      visitor,
      process,
      strike,
      apply,
      options,
      resolve,
      reject,
    )
    agenda.push(latencyMs, () => request.arrive(), null)
  })
}

/** A request under way, and the reply to it. A class and no closures, as a run has dozens and each would bring six. */
class RequestUnderWay<T> implements Reply<T> {
  #isAnswered = false
  #isArriving = true
  /** Answered while it was being applied: the answer travels back in the same step. */
  #answer: Answer<T> | undefined

  constructor(
    readonly agenda: Agenda,
    readonly supervisor: Supervisor,
    readonly visitor: SiteVisitor,
    readonly process: Incarnation | undefined,
    readonly strike: Strike | undefined,
    readonly apply: Apply<T>,
    readonly options: ExchangeOptions | undefined,
    readonly settleWith: (value: T) => void,
    readonly failWith: (error: unknown) => void,
  ) {}

  resolve(value: T): void {
    this.#take({ ok: true, value })
  }

  reject(error: unknown): void {
    this.#take({ ok: false, error })
  }

  arrive(): void {
    const { process, strike } = this
    // The request was on its way: it arrives even if its sender has died since.
    this.supervisor.current = process
    if (strike?.faults.some(({ kind }) => kind === 'ack-lost') === true) {
      this.apply(UNHEARD, strike)
      this.#isArriving = false
      this.options?.onAckLost?.(this as Reply<never>)
      return
    }
    this.apply(this, strike)
    if (strike !== undefined && process?.alive === true) this.visitor.leave(strike)
    this.#isArriving = false
    const answer = this.#answer
    if (answer === undefined) return
    if (process?.paused === true) this.#deliver(process, answer)
    else if (process?.alive !== false) this.#settle(answer)
  }

  #take(answer: Answer<T>): void {
    if (this.#isAnswered) return
    this.#isAnswered = true
    const { process } = this
    if (process === undefined) this.#settle(answer)
    else if (this.#isArriving) this.#answer = answer
    else this.#deliver(process, answer)
  }

  #settle(answer: Answer<T>): void {
    if (answer.ok) this.settleWith(answer.value)
    else this.failWith(answer.error)
  }

  /** Brings a late reply to a process in a step of its own. */
  #deliver(process: Incarnation, answer: Answer<T>): void {
    this.agenda.push(REPLY_MS, () => this.#settle(answer), process)
  }
}

type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown }

function travelTime(seed: number, { site, faults }: Strike, [min, max]: readonly [number, number]): number {
  let milliseconds = min + Math.floor(drawAt(seed, site) * (max - min + 1))
  for (const fault of faults) if (fault.kind === 'hold') milliseconds += fault.by ?? DEFAULT_HOLD_MS
  return milliseconds
}

const UNHEARD: Reply<never> = { resolve: () => {}, reject: () => {} }

function never<T>(): Promise<T> {
  return new Promise<T>(() => {})
}
