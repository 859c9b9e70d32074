/**
 * The one simulator of the page, and runs as React sees them.
 */
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import type { CallName, Calls, Refusal } from '../worker/protocol.ts'
import { createSimulator, Refused, type Simulator } from './simulator.ts'

const SimulatorContext = createContext<Simulator | undefined>(undefined)

let shared: Simulator | undefined

/** Starts the worker with the page, so that it is there when the first run is asked for. */
export function SimulatorProvider({ children }: { children: ReactNode }) {
  shared ??= keep(createSimulator())
  return <SimulatorContext value={shared}>{children}</SimulatorContext>
}

export function useSimulator(): Simulator {
  const simulator = useContext(SimulatorContext)
  if (simulator === undefined) throw new Error('There is no SimulatorProvider around this.')
  return simulator
}

export interface Called<A> {
  /** The newest answer; while the next is on its way, still the one before. */
  readonly answer: A | undefined
  readonly refusal: Refusal | undefined
  readonly isPending: boolean
}

/**
 * Asks the simulator whenever the request changes; answers that come too late are dropped.
 * @param request undefined: nothing is asked
 */
export function useCall<N extends CallName>(
  name: N,
  request: Calls[N]['request'] | undefined,
  /** Ask again when this changes, though the request is the same: a file was saved. */
  version: unknown = 0,
): Called<Calls[N]['answer']> {
  const simulator = useSimulator()
  const [called, setCalled] = useState<Called<Calls[N]['answer']>>(NOTHING)
  const key = request === undefined ? undefined : JSON.stringify([name, request, version])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the request
  useEffect(() => {
    if (request === undefined) {
      setCalled(NOTHING)
      return
    }
    const abort = new AbortController()
    setCalled(({ answer }) => ({ answer, refusal: undefined, isPending: true }))
    simulator.call(name, request, { signal: abort.signal }).then(
      answer => {
        if (!abort.signal.aborted) setCalled({ answer, refusal: undefined, isPending: false })
      },
      (error: unknown) => {
        if (abort.signal.aborted) return
        const refusal = error instanceof Refused ? error.refusal : unexpected(error)
        setCalled({ answer: undefined, refusal, isPending: false })
      },
    )
    return () => abort.abort()
  }, [simulator, key])
  return called
}

const NOTHING = { answer: undefined, refusal: undefined, isPending: false }

function unexpected(error: unknown): Refusal {
  return {
    code: 'page-broken',
    sentence: `The page failed: ${error instanceof Error ? error.message : String(error)}.`,
    next: 'Reload it; this is a defect of the workbench.',
  }
}

/** Within reach of the browser's console, and of tests: `await outOfOrder.call('run', …)`. */
function keep(simulator: Simulator): Simulator {
  Object.assign(window, { outOfOrder: simulator })
  return simulator
}
