/**
 * The supervisor of all processes: starts them, notices that they died, starts them again, ever more slowly if need be.
 */
import type { Agenda } from './agenda.ts'
import type { BusyList } from './busy.ts'
import { ProcessCrashed, THROWN } from './errors.ts'
import { Incarnation, type ProcessOptions, ProcessSlot } from './process.ts'
import type { WorldRecord } from './records.ts'
import type { ProcessHandle } from './runtime.ts'

/** A program that fails this often in a row without being told to by the plan is not started again. */
const MAX_FAILURES = 8
/** A program that has run this long is taken for healthy: its next failure counts as the first. */
const HEALTHY_AFTER_MS = 60_000

export class Supervisor {
  /** The process whose step it is; undefined for the infrastructure's and the harness's. */
  current: Incarnation | undefined
  /** All processes, in the order they were spawned. */
  readonly slots: ProcessSlot[] = []
  readonly #deathListeners: ((process: ProcessHandle) => void)[] = []

  constructor(
    readonly seed: number,
    readonly agenda: Agenda,
    readonly busy: BusyList,
    readonly record: (fields: WorldRecord, process: string, effect?: boolean) => void,
  ) {}

  find(name: string): ProcessSlot | undefined {
    return this.slots.find(slot => slot.name === name)
  }

  /** All processes of a service. */
  of(service: string | undefined): readonly ProcessSlot[] {
    return this.slots.filter(slot => slot.service === service)
  }

  onDeath(listener: (process: ProcessHandle) => void): void {
    this.#deathListeners.push(listener)
  }

  /** Adds a process and schedules its first start. */
  spawn(options: ProcessOptions): ProcessSlot {
    if (this.find(options.name) !== undefined)
      throw new Error(`there is already a process named ${options.name}`)
    const slot = new ProcessSlot(options, this.slots.length)
    this.slots.push(slot)
    this.scheduleStart(slot, 0)
    return slot
  }

  scheduleStart(slot: ProcessSlot, delayMs: number): void {
    const start = () => {
      if (slot.retired || slot.heldDown || slot.current?.alive === true) return
      const process = new Incarnation(slot, ++slot.incarnations, this.seed, this.agenda.elapsedMs)
      slot.current = process
      this.current = process
      // It starts for itself, not for the message that killed its predecessor.
      this.agenda.context.subject = ''
      this.#start(process)
    }
    this.agenda.push(delayMs, start, null, false)
  }

  #start(process: Incarnation): void {
    this.record({ kind: 'process.start', incarnation: process.incarnation }, process.name)
    const done = this.busy.begin(process, 'start', false)
    // An async wrapper turns a synchronous throw into a rejection too.
    const started = (async () => process.slot.start(process))()
    started.then(
      () => {
        done()
        if (process.alive) {
          this.record({ kind: 'process.ready', incarnation: process.incarnation }, process.name, false)
        }
      },
      error => {
        done()
        this.fail(error)
      },
    )
  }

  /** Takes a running process down without a crash. */
  stop(slot: ProcessSlot): void {
    const process = slot.current
    if (process?.alive !== true) return
    this.record({ kind: 'process.stop', incarnation: process.incarnation }, slot.name)
    this.#kill(process)
  }

  /** @param downForMs until the restart; the slot's own delay unless told */
  crash(process: Incarnation, reason: string, downForMs?: number, site?: string, thrown?: unknown): void {
    if (!process.alive) return
    const { slot } = process
    const restartInMs = slot.heldDown || slot.retired ? undefined : (downForMs ?? slot.restartDelayMs)
    this.record(
      {
        kind: 'process.crash',
        incarnation: process.incarnation,
        reason,
        ...(site === undefined ? {} : { site }),
        ...(restartInMs === undefined ? {} : { restartInMs }),
        ...(thrown === undefined ? {} : { [THROWN]: thrown }),
      },
      process.name,
    )
    this.#kill(process)
    if (restartInMs !== undefined) this.scheduleStart(slot, restartInMs)
  }

  /**
   * Lays what nobody caught at the door of the process whose step it is: it crashes, as Node would have it.
   * @returns false when there is no such process
   */
  fail(error: unknown): boolean {
    if (error instanceof ProcessCrashed) return true
    const process = this.current
    if (process === undefined) return false
    if (!process.alive) return true
    const { slot } = process
    if (this.agenda.elapsedMs - process.startedAtMs > HEALTHY_AFTER_MS) slot.failures = 0
    slot.failures++
    const reason = describeError(error)
    if (slot.failures >= MAX_FAILURES) {
      const { incarnation } = process
      this.record({ kind: 'process.gave-up', incarnation, reason, [THROWN]: error }, slot.name)
      this.#kill(process)
    } else {
      this.crash(process, reason, slot.restartDelayMs * 2 ** (slot.failures - 1), undefined, error)
    }
    return true
  }

  /** Freezes a process at its next await. */
  pause(process: Incarnation, forMs?: number): void {
    if (process.paused || !process.alive) return
    process.paused = true
    this.record({ kind: 'process.pause' }, process.name)
    if (forMs !== undefined) this.agenda.push(forMs, () => this.resume(process), null, false)
  }

  /** What came due meanwhile happens now, in order. */
  resume(process: Incarnation): void {
    if (!process.paused || !process.alive) return
    process.paused = false
    this.record({ kind: 'process.resume' }, process.name)
    for (const event of process.heldBack.splice(0)) this.agenda.pushAgain(event)
  }

  /** Ends an incarnation: its timers are gone, its pending promises never settle. */
  #kill(process: Incarnation): void {
    process.alive = false
    this.busy.drop(process)
    for (const listener of this.#deathListeners) listener(process)
  }
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${String(error)}`
  const { name, message, cause } = error
  // What is wrong with a text every version of an engine says differently; KafkaJS wraps such errors and repeats their text.
  if (error instanceof SyntaxError) return name
  return `${name}: ${cause instanceof SyntaxError ? cause.name : message}`
}
