/**
 * Faults that a process of live mode can play by itself, at its own end of the wire: what its handlers are given, and
 * when it dies. The broker is not touched, and knows nothing of them.
 */
import type { KafkaMessage } from 'kafkajs'
import { type PlanTargets, parseFault } from '#simulator/faults/plan.ts'
import { defaultLabel } from '#simulator/kafka/label.ts'
import { unreadable } from '#simulator/kafka/poison.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Fault } from '#simulator/world/runtime.ts'

/** How a handler of one service is struck. */
export interface ClientFaults {
  /**
   * Call before a handler is given a message.
   * @returns the message it is to be given
   * @throws what the fault says, instead of the handler
   */
  beforeHandling(delivery: Delivery): Promise<KafkaMessage>
  /** Call when a handler is through, before anything is committed. */
  afterHandling(delivery: Delivery): void
  /** From now on nothing strikes. */
  heal(): void
}

export interface Delivery {
  readonly topic: string
  readonly partition: number
  readonly message: KafkaMessage
}

/** Kinds of the catalogue that can be played here, each with how. */
export const CLIENT_FAULT_KINDS: Readonly<Record<string, string>> = {
  slow: 'every message waits before it is handled',
  error: 'the handler is not called, an error is thrown in its place',
  poison: 'the handler is given the first half of the message, at every delivery',
  crash: 'the process is killed when a handler is through and nothing is committed',
}

const DEFAULT_SLOW_MS = 1_000

/** @throws WorkbenchError `bad-fault`; `not-on-a-broker` for kinds that only a simulation can play */
export function parseClientFaults(texts: readonly string[], targets: PlanTargets): Fault[] {
  return texts.map((text, index) => {
    const fault = parseFault(text, `--fault ${index + 1}`, targets)
    const site = fault.at === undefined ? undefined : /^[^/]+\/(\w+)/.exec(fault.at)?.[1]
    const isPlayable =
      fault.kind in CLIENT_FAULT_KINDS &&
      (fault.kind === 'slow' ? site === undefined : site === (fault.kind === 'crash' ? 'handled' : 'deliver'))
    if (isPlayable) return fault
    throw new WorkbenchError(
      'not-on-a-broker',
      `${text} cannot be played against a real broker in real time.`,
      'What can: slow:SERVICE@0s+30s?by=2s, error:SERVICE/deliver SUBJECT?times=4, poison:SERVICE/deliver SUBJECT, crash:SERVICE/handled SUBJECT; everything else: npm run sim.',
    )
  })
}

/**
 * @param startedAtMs since the epoch: windows count from there
 * @param kill how the process dies; default SIGKILL, of which nothing in it can know
 */
export function createClientFaults(
  service: string,
  faults: readonly Fault[],
  startedAtMs: number,
  kill: () => void = () => process.kill(process.pid, 'SIGKILL'),
): ClientFaults {
  let isHealed = false
  const left = new Map(faults.map(fault => [fault, fault.times ?? 1]))
  const strikes = (kind: string, operation: string, subject: string) =>
    faults.find(fault => {
      if (isHealed || fault.kind !== kind || left.get(fault) === 0) return false
      if (fault.at?.replace(/#1$/, '') !== `${service}/${operation} ${subject}`) return false
      left.set(fault, left.get(fault)! - 1)
      return true
    })
  const isSlowNow = ({ kind, service: struck, from = 0, for: length = Number.POSITIVE_INFINITY }: Fault) => {
    const elapsedMs = Date.now() - startedAtMs
    return kind === 'slow' && struck === service && elapsedMs >= from && elapsedMs < from + length
  }

  return {
    async beforeHandling(delivery) {
      const { message } = delivery
      const subject = defaultLabel(delivery)
      const slow = isHealed ? undefined : faults.find(isSlowNow)
      if (slow !== undefined) await new Promise(resolve => setTimeout(resolve, slow.by ?? DEFAULT_SLOW_MS))
      if (strikes('error', 'deliver', subject) !== undefined) throw new Error(`a planned error at ${subject}`)
      if (strikes('poison', 'deliver', subject) === undefined) return message
      return { ...message, value: unreadable(message.value) }
    },
    afterHandling(delivery) {
      if (strikes('crash', 'handled', defaultLabel(delivery)) !== undefined) kill()
    },
    heal() {
      isHealed = true
    },
  }
}
