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
    let isAnswered = false
    let isArriving = true
    let settleAtOnce: (() => void) | undefined

    function answer(settle: () => void): void {
      if (isAnswered) return
      isAnswered = true
      if (process === undefined) settle()
      else if (isArriving) settleAtOnce = settle
      else deliver(agenda, process, settle)
    }
    const reply: Reply<T> = {
      resolve: value => answer(() => resolve(value)),
      reject: error => answer(() => reject(error)),
    }

    function arrive(): void {
      // The request was on its way: it arrives even if its sender has died since.
      supervisor.current = process
      if (strike?.faults.some(({ kind }) => kind === 'ack-lost') === true) {
        apply(UNHEARD, strike)
        isArriving = false
        options?.onAckLost?.(reply as Reply<never>)
        return
      }
      apply(reply, strike)
      if (strike !== undefined && process?.alive === true) visitor.leave(strike)
      isArriving = false
      if (settleAtOnce === undefined) return
      if (process?.paused === true) deliver(agenda, process, settleAtOnce)
      else if (process?.alive !== false) settleAtOnce()
    }
    agenda.push(latencyMs, arrive, null)
  })
}

function travelTime(seed: number, { site, faults }: Strike, [min, max]: readonly [number, number]): number {
  let milliseconds = min + Math.floor(drawAt(seed, site) * (max - min + 1))
  for (const fault of faults) if (fault.kind === 'hold') milliseconds += fault.by ?? DEFAULT_HOLD_MS
  return milliseconds
}

/** Brings a late reply to a process in a step of its own. */
function deliver(agenda: Agenda, process: Incarnation, settle: () => void): void {
  agenda.push(REPLY_MS, settle, process)
}

const UNHEARD: Reply<never> = { resolve: () => {}, reject: () => {} }

function never<T>(): Promise<T> {
  return new Promise<T>(() => {})
}
