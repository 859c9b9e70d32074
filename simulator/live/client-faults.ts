/**
 * Faults that a process of live mode can play by itself, at its own end of the wire: what its handlers are given, and
 * when it dies. The broker is not touched, and knows nothing of them.
 */
import type { KafkaMessage } from 'kafkajs'
import { nearest } from '#simulator/faults/nearest.ts'
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

/**
 * @param consumers services that are given messages: whoever else is struck would never notice. Default: all
 * @throws WorkbenchError `bad-plan`, `bad-fault`; `not-on-a-broker` for what only a simulation can play
 */
export function parseClientFaults(
  texts: readonly string[],
  targets: PlanTargets,
  consumers: readonly string[] = targets.services,
): Fault[] {
  return texts.map((text, index) => {
    const fault = parseFault(text, `--fault ${index + 1}`, targets)
    if (!isPlayable(fault)) {
      throw new WorkbenchError(
        'not-on-a-broker',
        `${text} cannot be played against a real broker in real time.`,
        'What can: slow:SERVICE@0s+30s?by=2s, error:SERVICE/deliver SUBJECT?times=4, poison:SERVICE/deliver SUBJECT, crash:SERVICE/handled SUBJECT; everything else: npm run sim.',
      )
    }
    const struck = fault.service ?? siteOf(fault)!.service
    if (consumers.includes(struck)) return fault
    throw new WorkbenchError(
      'not-on-a-broker',
      `${text} would strike nobody: ${struck} is no service that reads messages.`,
      `The nearest is ${nearest(struck, consumers)[0]}; all of them: ${consumers.join(', ')}.`,
    )
  })
}

function isPlayable(fault: Fault): boolean {
  if (!(fault.kind in CLIENT_FAULT_KINDS)) return false
  if (fault.kind === 'slow') return fault.service !== undefined
  return siteOf(fault)?.operation === (fault.kind === 'crash' ? 'handled' : 'deliver')
}

interface Site {
  readonly service: string
  readonly operation: string
  readonly subject: string
  /** Counted from 1. */
  readonly occurrence: number
}

function siteOf({ at = '' }: Fault): Site | undefined {
  const [, service, operation, subject, occurrence = '1'] = /^([^/]+)\/(\w+) (.+?)(?:#(\d+))?$/.exec(at) ?? []
  if (service === undefined || operation === undefined || subject === undefined) return undefined
  return { service, operation, subject, occurrence: Number(occurrence) }
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
  const planned = faults.map(fault => ({ fault, site: siteOf(fault) }))
  /** How often this process has come by each site at which something is planned. */
  const visits = new Map<string, number>()

  /** The kinds that strike now. */
  function visit(operation: string, subject: string): string[] {
    const here = planned.filter(
      ({ site }) => site?.service === service && site.operation === operation && site.subject === subject,
    )
    if (here.length === 0) return []
    const name = `${operation} ${subject}`
    const count = (visits.get(name) ?? 0) + 1
    visits.set(name, count)
    if (isHealed) return []
    return here.flatMap(
      ({ fault: { kind, times = kind === 'poison' ? Number.POSITIVE_INFINITY : 1 }, site }) =>
        count >= site!.occurrence && count < site!.occurrence + times ? [kind] : [],
    )
  }

  function isSlowNow({ kind, service: struck, from = 0, for: length = Number.POSITIVE_INFINITY }: Fault) {
    const elapsedMs = Date.now() - startedAtMs
    return kind === 'slow' && struck === service && elapsedMs >= from && elapsedMs < from + length
  }

  return {
    async beforeHandling(delivery) {
      const { message } = delivery
      const subject = defaultLabel(delivery)
      const slow = isHealed ? undefined : faults.find(isSlowNow)
      if (slow !== undefined) await new Promise(resolve => setTimeout(resolve, slow.by ?? DEFAULT_SLOW_MS))
      const kinds = visit('deliver', subject)
      if (kinds.includes('error')) throw new Error(`a planned error at ${subject}`)
      return kinds.includes('poison') ? { ...message, value: unreadable(message.value) } : message
    },
    afterHandling(delivery) {
      if (visit('handled', defaultLabel(delivery)).includes('crash')) kill()
    },
    heal() {
      isHealed = true
    },
  }
}
