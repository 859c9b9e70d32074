/**
 * The deterministic world: virtual time, processes that crash and restart, and a plan of faults. It knows no messages.
 *
 * One event is released at a time; then one macrotask lets every microtask settle before the next. So whatever
 * runs in between belongs to the process that owns the event, and no asynchronous context needs to be tracked.
 */
import { Agenda } from './agenda.ts'
import { BusyList } from './busy.ts'
import type { QueuedEvent } from './event-queue.ts'
import { catchFailures } from './failures.ts'
import { FaultWindows } from './fault-windows.ts'
import { real, takeGlobals } from './globals.ts'
import { activeResources, newResources, type OutsideCall, watchOutside } from './outside.ts'
import type { Incarnation, ProcessOptions, ProcessSlot } from './process.ts'
import type { WorldRecord } from './records.ts'
import type { Fault, ProcessHandle, TraceRecord } from './runtime.ts'
import { SiteVisitor } from './site-visitor.ts'
import { PlannedFaults, type SiteCounter } from './sites.ts'
import { Supervisor } from './supervisor.ts'
import { WorldGlobals } from './world-globals.ts'
import { type WorldParts, WorldRuntime } from './world-runtime.ts'

export interface WorldOptions {
  readonly seed: number
  readonly faults?: readonly Fault[]
  /** Virtual start of the run in milliseconds since the epoch. Default 2026-01-05T09:00:00Z, a Monday. */
  readonly startAt?: number
  /** Gets every record as it is made; without it nothing is recorded. */
  readonly onRecord?: (record: TraceRecord) => void
  /** Virtual milliseconds after which a run counts as never settling. Default 48 hours. */
  readonly maxVirtualMs?: number
  /** Steps after which a run counts as never settling. Default 50 million. */
  readonly maxSteps?: number
  /** The global `fetch` of the run. */
  readonly fetch?: (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>
  /** Element 0 counts steps, element 1 says which process (in order of spawning) is at work: a watchdog looks at these from outside. */
  readonly pulse?: Int32Array
}

/** A moment in virtual milliseconds since the start of the run. */
export interface Deadline {
  atMs: number
}

/** How a stretch of the run ended. */
export interface Settled {
  /**
   * settled: nothing but idle waiting is left. deadline: the given moment came first. limit: `maxVirtualMs` or
   * `maxSteps` was reached. waiting-outside: code waits for something that nothing in the simulation will bring.
   */
  readonly reason: 'settled' | 'deadline' | 'limit' | 'waiting-outside'
  /** What was still busy: which process, with what; for `waiting-outside` also on what, as far as can be told. */
  readonly busy: readonly BusyReport[]
}

export interface BusyReport {
  readonly process: string
  readonly what: string
}

/** What code waits for when it has not left the simulation either. */
export const UNSETTLED = 'a promise that nothing will settle'

const DEFAULT_START_AT = Date.UTC(2026, 0, 5, 9)
const DEFAULT_MAX_VIRTUAL_MS = 48 * 3_600_000
const DEFAULT_MAX_STEPS = 50_000_000
/** A gap this long in which everything is idle is skipped instead of lived through. */
const SKIP_AT_LEAST_MS = 60_000
/** Steps released in one turn of the platform's event loop. Measured in Node 20: 1 costs 0.85 µs a step, 16 cost 0.14 µs, 64 save little more. */
const STEPS_PER_TURN = 16
/** Real milliseconds that code may take outside the simulation (loading a module, say) once nothing else is left to do. */
const GRACE_MS = 150
/** How often it is asked meanwhile, in real milliseconds. */
const ASK_AGAIN_MS = 5
/** More outside calls than this add nothing to the report. */
const MAX_OUTSIDE_CALLS = 100

export function createWorld(options: WorldOptions): World {
  return new World(options)
}

export class World {
  readonly runtime: WorldRuntime
  steps = 0
  readonly planned: PlannedFaults
  /** Calls of what the world does not own, as far as they were noticed. */
  readonly outsideCalls: OutsideCall[] = []

  readonly #options: WorldOptions
  readonly #parts: WorldParts
  readonly #agenda: Agenda
  readonly #supervisor: Supervisor
  /** The stretch that the next tick goes on with. */
  #stretch: Stretch | undefined
  /** Macrotasks of the platform's present turn that are still to come. */
  #queuedTicks = 0
  #isHealed = false
  /** What went wrong in no process's step: the infrastructure itself is broken, or the harness. */
  #defect: { readonly error: unknown } | undefined
  #resourcesBefore: ReadonlyMap<string, number> = new Map()

  constructor(options: WorldOptions) {
    this.#options = options
    this.planned = new PlannedFaults(options.seed, options.faults ?? [])
    const agenda = new Agenda(isHandling)
    const busy = new BusyList()
    const supervisor = new Supervisor(options.seed, agenda, busy, (fields, process, effect) =>
      this.#record(fields, process, effect),
    )
    const visitor = new SiteVisitor(this.planned, agenda, supervisor)
    const windows = new FaultWindows(this.planned, agenda, supervisor)
    this.#agenda = agenda
    this.#supervisor = supervisor
    this.#parts = { agenda, supervisor, visitor, windows, busy }
    const startAt = options.startAt ?? DEFAULT_START_AT
    this.runtime = new WorldRuntime({ seed: options.seed, startAt, onRecord: options.onRecord }, this.#parts)
  }

  /** Virtual milliseconds since the start of the run. */
  get elapsedMs(): number {
    return this.#agenda.elapsedMs
  }

  /** How long nothing has changed, in virtual milliseconds. */
  get quietMs(): number {
    return this.#agenda.quietMs
  }

  /** All sites visited so far. */
  get sites(): SiteCounter {
    return this.#parts.visitor.counter
  }

  /**
   * Lets `body` use the world with the globals in its hands; they are restored afterwards, also when it throws.
   * @throws WorkbenchError `run-in-progress` when this thread already has a run
   */
  async enter<T>(body: () => Promise<T>): Promise<T> {
    const supervisor = this.#supervisor
    const restoreGlobals = takeGlobals(new WorldGlobals(this.runtime, this.#parts, this.#options.fetch))
    const restoreFailures = catchFailures(error => this.#onUnhandled(error))
    watchOutside(api => {
      if (supervisor.current === undefined || this.outsideCalls.length >= MAX_OUTSIDE_CALLS) return
      this.outsideCalls.push({ process: supervisor.current.name, api })
    })
    this.#resourcesBefore = activeResources()
    this.#parts.windows.plan()
    try {
      return await body()
    } finally {
      // What is left of the run must find nothing to hold on to.
      for (const slot of supervisor.slots) if (slot.current !== undefined) slot.current.alive = false
      watchOutside(undefined)
      restoreFailures()
      restoreGlobals()
    }
  }

  /** Adds a process and schedules its first start. */
  spawn(options: ProcessOptions): ProcessSlot {
    return this.#supervisor.spawn(options)
  }

  /** Runs until nothing but idle waiting is left, or until the deadline, which may be moved meanwhile. */
  settle(deadline: Deadline = { atMs: Number.POSITIVE_INFINITY }): Promise<Settled> {
    if (this.#stretch !== undefined) throw new Error('the world is being settled already')
    return new Promise((resolve, reject) => this.#goOn({ deadline, resolve, reject, graceUntil: 0 }))
  }

  /** Ends every fault, for good: windows close, what was down starts, no site is struck again. */
  heal(): void {
    if (this.#isHealed) return
    this.#isHealed = true
    this.#record({ kind: 'heal' }, 'world')
    this.planned.heal()
    this.#parts.windows.heal()
    for (const slot of this.#supervisor.slots) {
      slot.failures = 0
      if (slot.current !== undefined) this.#supervisor.resume(slot.current)
      if (!slot.retired && slot.current?.alive !== true) this.#supervisor.scheduleStart(slot, 0)
    }
  }

  /** Replaces a service's program and restarts its processes, as a deployment does. */
  redeploy(service: string, start: ProcessOptions['start']): void {
    for (const slot of this.#supervisor.of(service)) {
      if (slot.retired) continue
      slot.start = start
      this.#supervisor.stop(slot)
      this.#supervisor.scheduleStart(slot, slot.restartDelayMs)
    }
  }

  /** From the next tick on. What is still queued of a turn serves the next stretch as well. */
  #goOn(stretch: Stretch): void {
    this.#stretch = stretch
    if (this.#queuedTicks === 0) this.#queueTurn()
  }

  /** Queues a few macrotasks at once: the platform settles microtasks between them all the same, and turns its event loop less often. */
  #queueTurn(): void {
    this.#queuedTicks = STEPS_PER_TURN
    for (let tick = 0; tick < STEPS_PER_TURN; tick++) real.macrotask(this.#tick)
  }

  /** One step; then, a macrotask later, the next. */
  readonly #tick = () => {
    this.#queuedTicks--
    const stretch = this.#stretch
    if (stretch === undefined) return
    this.#agenda.finish()
    if (this.#defect !== undefined) {
      this.#stretch = undefined
      stretch.reject(this.#defect.error)
      return
    }
    const event = this.#nextEvent(stretch)
    if (event === undefined) return
    stretch.graceUntil = 0
    this.#step(event)
    if (this.#queuedTicks === 0) this.#queueTurn()
  }

  /** The next event to release; undefined when the stretch is over (and has been told) or has to wait. */
  #nextEvent(stretch: Stretch): QueuedEvent | undefined {
    const agenda = this.#agenda
    for (;;) {
      const event = agenda.next()
      if (event === undefined) return this.#rest(stretch)
      if (agenda.isIdle(event)) {
        const { nearestMs, isQuiet } = agenda.outlook()
        if (isQuiet) return this.#rest(stretch)
        const gapMs = this.#skippableMs(event, nearestMs, stretch.deadline)
        if (gapMs >= SKIP_AT_LEAST_MS) {
          this.#skip(gapMs)
          continue
        }
      }
      if (event.at > stretch.deadline.atMs) {
        agenda.elapsedMs = Math.max(agenda.elapsedMs, stretch.deadline.atMs)
        return this.#end(stretch, 'deadline')
      }
      if (
        event.at > (this.#options.maxVirtualMs ?? DEFAULT_MAX_VIRTUAL_MS) ||
        this.steps >= (this.#options.maxSteps ?? DEFAULT_MAX_STEPS)
      ) {
        return this.#end(stretch, 'limit')
      }
      if (agenda.catchUpBefore(event)) continue
      if (event.owner?.paused !== true) return event
      agenda.remove()
      ;(event.owner as Incarnation).heldBack.push(event)
    }
  }

  /** How much time may pass unlived. None while a process is frozen: others notice its silence as time goes by. */
  #skippableMs(next: QueuedEvent, nearestMs: number, deadline: Deadline): number {
    if (nearestMs === Number.POSITIVE_INFINITY || next.at >= nearestMs) return 0
    if (this.#supervisor.slots.some(({ current }) => current?.alive === true && current.paused)) return 0
    return Math.min(nearestMs, deadline.atMs) - this.#agenda.elapsedMs
  }

  #skip(byMs: number): void {
    this.#agenda.skip(byMs)
    this.#record({ kind: 'skip', byMs }, 'world', false)
    this.runtime.skipped(byMs)
  }

  #step(event: QueuedEvent): void {
    const owner = (event.owner as Incarnation | null) ?? undefined
    this.steps++
    this.#agenda.begin(event)
    this.#supervisor.current = owner
    const { pulse } = this.#options
    if (pulse !== undefined) {
      pulse[0] = this.steps
      pulse[1] = owner === undefined ? -1 : owner.slot.index
    }
    const { action } = event
    event.action = null
    try {
      action!()
    } catch (error) {
      this.#onUnhandled(error)
    }
  }

  #onUnhandled(error: unknown): void {
    if (!this.#supervisor.fail(error)) this.#defect ??= { error }
  }

  /** Nothing but idle waiting is left. If code is still at work, it may have gone outside: it gets a moment to come back. */
  #rest(stretch: Stretch): undefined {
    // A frozen process will go on when it is let go; a program that polls while it starts is at rest.
    if (this.#parts.busy.size === 0) return this.#end(stretch, 'settled')
    const owing = this.#parts.busy
      .list()
      .filter(({ process, isHandler }) => !process.paused && (isHandler || !this.#agenda.hasTimers(process)))
    if (owing.length === 0) return this.#end(stretch, 'settled')
    const nowMs = real.Date.now()
    if (stretch.graceUntil === 0) stretch.graceUntil = nowMs + GRACE_MS
    if (nowMs >= stretch.graceUntil) return this.#end(stretch, 'waiting-outside')
    // What is queued of this turn must not ask again before then.
    this.#stretch = undefined
    real.setTimeout(() => this.#goOn(stretch), ASK_AGAIN_MS)
    return undefined
  }

  #end(stretch: Stretch, reason: Settled['reason']): undefined {
    this.#stretch = undefined
    this.#supervisor.current = undefined
    this.#agenda.clearContext()
    if (reason === 'settled') this.#record({ kind: 'settled', steps: this.steps }, 'world', false)
    stretch.resolve({ reason, busy: this.#report(reason) })
    return undefined
  }

  #report(reason: Settled['reason']): BusyReport[] {
    if (reason === 'settled' || reason === 'deadline') return []
    const works = this.#parts.busy.list().map(({ process, label }) => ({
      process: process.name,
      what: reason === 'limit' ? label : `${label} is waiting for ${this.#guessOutside(process.name)}`,
    }))
    if (reason === 'waiting-outside') return works
    const waiting = [...this.#agenda.waiting()].map(([process, count]) => ({
      process: process ?? 'the simulated infrastructure',
      what: count === 1 ? 'a timer or reply still to come' : `${count} timers or replies still to come`,
    }))
    return [...works, ...waiting]
  }

  #guessOutside(process: string): string {
    const calls = new Set(this.outsideCalls.filter(call => call.process === process).map(call => call.api))
    if (calls.size > 0) return `something outside the simulation: ${[...calls].join(', ')}`
    const resources = newResources(this.#resourcesBefore)
    if (resources.length === 0) return UNSETTLED
    return `something outside the simulation (the platform is busy with ${resources.join(', ')})`
  }

  #record(fields: WorldRecord, process: string, effect = true): void {
    this.runtime.record(fields, { process, effect })
  }
}

/** A part of a run, from one call of `settle` to its end. */
interface Stretch {
  readonly deadline: Deadline
  readonly resolve: (settled: Settled) => void
  readonly reject: (error: unknown) => void
  /** Real milliseconds until which code outside may still come back; 0 before the question has come up. */
  graceUntil: number
}

function isHandling(process: ProcessHandle): boolean {
  return (process as Incarnation).handling > 0
}
