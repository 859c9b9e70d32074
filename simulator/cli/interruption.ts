/**
 * Ctrl-C for commands that have started processes: the first one ends them in order, a second one does not wait for that.
 */
export interface Interruption {
  /** Aborted by the first. */
  readonly signal: AbortSignal
  /** From now on a signal does what it does in any program. */
  dispose(): void
}

/** What a shell reports of a program that SIGINT has ended. */
export const EXIT_INTERRUPTED = 130
const SIGNALS = ['SIGINT', 'SIGTERM'] as const
/** A terminal tells every process of a command, and npm and tsx pass on what they are told: that is not yet a second time. */
const SAME_SIGNAL_MS = 1_000

/** @param tell called once, when the end begins */
export function untilInterrupted(tell: () => void = () => {}): Interruption {
  const controller = new AbortController()
  let interruptedAt = 0
  const interrupt = () => {
    if (controller.signal.aborted) {
      if (performance.now() - interruptedAt > SAME_SIGNAL_MS) process.exit(EXIT_INTERRUPTED)
      return
    }
    interruptedAt = performance.now()
    tell()
    controller.abort(new Error('interrupted'))
  }
  for (const name of SIGNALS) process.on(name, interrupt)
  return {
    signal: controller.signal,
    dispose() {
      for (const name of SIGNALS) process.off(name, interrupt)
    },
  }
}
