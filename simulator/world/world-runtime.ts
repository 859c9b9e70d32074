/**
 * The runtime of a world: what the simulated parts see of it.
 *
 * A class, not an object literal: a literal with a getter gets a hidden class of its own in every run, which the engine's
 * young-generation collector takes for alive, and with it everything the getter can reach.
 */
import type { Agenda } from './agenda.ts'
import type { BusyList } from './busy.ts'
import type { QueuedEvent } from './event-queue.ts'
import { exchange } from './exchange.ts'
import type { FaultWindows } from './fault-windows.ts'
import type { Incarnation } from './process.ts'
import { createRandom, drawAt } from './random.ts'
import type {
  ExchangeOptions,
  Fault,
  ProcessHandle,
  RecordOptions,
  Reply,
  Runtime,
  Scheduled,
  ScheduleOptions,
  StepContext,
  Strike,
  TraceRecord,
} from './runtime.ts'
import type { SiteVisitor } from './site-visitor.ts'
import type { Supervisor } from './supervisor.ts'

/** What a world is made of. */
export interface WorldParts {
  readonly agenda: Agenda
  readonly supervisor: Supervisor
  readonly visitor: SiteVisitor
  readonly windows: FaultWindows
  readonly busy: BusyList
}

export interface WorldRuntimeOptions {
  readonly seed: number
  /** Milliseconds since the epoch. */
  readonly startAt: number
  readonly onRecord: ((record: TraceRecord) => void) | undefined
}

const NO_KINDS: readonly string[] = []

export class WorldRuntime implements Runtime {
  readonly context: StepContext
  readonly #options: WorldRuntimeOptions
  readonly #parts: WorldParts
  readonly #skipListeners: ((byMs: number) => void)[] = []
  readonly #ids = new Map<string, number>()
  #random: (() => number) | undefined
  #recordSeq = 0

  constructor(options: WorldRuntimeOptions, parts: WorldParts) {
    this.#options = options
    this.#parts = parts
    this.context = parts.agenda.context
  }

  get current(): Incarnation | undefined {
    return this.#parts.supervisor.current
  }

  now(): number {
    return this.#options.startAt + this.#parts.agenda.elapsedMs
  }

  random(): number {
    this.#random ??= createRandom(this.#options.seed, 'world')
    return this.#random()
  }

  drawAt(text: string): number {
    return drawAt(this.#options.seed, text)
  }

  nextId(prefix: string): string {
    const count = (this.#ids.get(prefix) ?? 0) + 1
    this.#ids.set(prefix, count)
    return `${prefix}-${count}`
  }

  schedule(delayMs: number, action: () => void, options?: ScheduleOptions): Scheduled {
    const { agenda, supervisor } = this.#parts
    const owner = options?.owner === undefined ? (supervisor.current ?? null) : options.owner
    return new ScheduledEvent(agenda, agenda.push(delayMs, action, owner, options?.idle))
  }

  visit(operation: string, subject: string, kinds: readonly string[] = NO_KINDS): Strike {
    return this.#parts.visitor.visit(operation, subject, kinds)
  }

  leave(strike: Strike): void {
    this.#parts.visitor.leave(strike)
  }

  exchange<T>(
    operation: string | null,
    subject: string,
    apply: (reply: Reply<T>, strike: Strike | undefined) => void,
    options?: ExchangeOptions & { kinds?: readonly string[] },
  ): Promise<T> {
    return exchange(this.#parts, operation, subject, apply, options)
  }

  active(kind: string, service: string): Fault | undefined {
    return this.#parts.windows.active(kind, service)
  }

  onFaultEdge(listener: (fault: Fault, edge: 'begin' | 'end') => void): void {
    this.#parts.windows.onEdge(listener)
  }

  onDeath(listener: (process: ProcessHandle) => void): void {
    this.#parts.supervisor.onDeath(listener)
  }

  onSkip(listener: (byMs: number) => void): void {
    this.#skipListeners.push(listener)
  }

  /** Tells everything that measures idle silence that this much time was skipped. */
  skipped(byMs: number): void {
    for (const listener of this.#skipListeners) listener(byMs)
  }

  crash(process: ProcessHandle, reason: string, downForMs?: number): void {
    this.#parts.supervisor.crash(process as Incarnation, reason, downForMs)
  }

  busy(label: string): () => void {
    const { busy, supervisor } = this.#parts
    return supervisor.current === undefined ? nothing : busy.begin(supervisor.current, label, true)
  }

  record<R extends { kind: string }>(fields: R, options?: RecordOptions): number {
    const { agenda } = this.#parts
    if (options?.effect !== false) agenda.noteEffect()
    const seq = ++this.#recordSeq
    const { context } = this
    if (this.#options.onRecord !== undefined) {
      this.#options.onRecord({
        seq,
        t: agenda.elapsedMs,
        process: options?.process ?? this.current?.name ?? 'world',
        cause: options?.cause ?? context.cause,
        ...fields,
      })
    }
    if (options?.detached !== true) context.cause = seq
    return seq
  }
}

class ScheduledEvent implements Scheduled {
  readonly #agenda: Agenda
  readonly #event: QueuedEvent | undefined

  constructor(agenda: Agenda, event: QueuedEvent | undefined) {
    this.#agenda = agenda
    this.#event = event
  }

  cancel(): void {
    if (this.#event !== undefined) this.#agenda.cancel(this.#event)
  }
}

function nothing(): void {}
