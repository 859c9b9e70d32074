/**
 * The deterministic world: virtual time, processes that crash and restart, and a plan of faults. It knows no messages.
 *
 * One event is released at a time; then one macrotask lets every microtask settle before the next. So whatever
 * runs in between belongs to the process that owns the event, and no asynchronous context needs to be tracked.
 */
import { ProcessCrashed } from './errors.ts'
import { EventQueue, type Lineage, type QueuedEvent } from './event-queue.ts'
import { catchFailures } from './failures.ts'
import { real, takeGlobals } from './globals.ts'
import { activeResources, newResources, type OutsideCall, watchOutside } from './outside.ts'
import { Incarnation, type ProcessOptions, ProcessSlot } from './process.ts'
import { createRandom, drawAt } from './random.ts'
import type { WorldRecord } from './records.ts'
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
import { PlannedFaults, SiteCounter, siteName, withinWindow } from './sites.ts'

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

const DEFAULT_START_AT = Date.UTC(2026, 0, 5, 9)
const HOUR_MS = 3_600_000
/** A gap this long in which everything is idle is skipped instead of lived through. */
const SKIP_AT_LEAST_MS = 60_000
/** How long nothing may have happened before polling timers are taken for idle. */
const QUIET_MS = 5_000
/** How many times in a row a timer chain must fire without effect to count as polling. */
const QUIET_FIRINGS = 2
/** Steps released in one turn of the platform's event loop. Measured in Node 20: 1 costs 0.85 µs a step, 16 cost 0.14 µs, 64 save little more. */
const STEPS_PER_TURN = 16
/** Real milliseconds that code may take outside the simulation (loading a module, say) once nothing else is left to do. */
const GRACE_MS = 150
/** A program that fails this often in a row without being told to by the plan is not started again. */
const MAX_FAILURES = 8
/** A program that has run this long is taken for healthy: its next failure counts as the first. */
const HEALTHY_AFTER_MS = 60_000
/** Cancelled timers are swept out of the queue when there are this many, and more of them than others. */
const SWEEP_AT = 256
/** More outside calls than this add nothing to the report. */
const MAX_OUTSIDE_CALLS = 100
const EVER_IDLE: Lineage = { delayMs: Number.POSITIVE_INFINITY, quiet: Number.POSITIVE_INFINITY }
const NO_KINDS: readonly string[] = []
const DEFAULT_LATENCY_MS = [1, 4] as const

export function createWorld(options: WorldOptions): World {
  return new World(options)
}

export class World {
  readonly runtime: Runtime
  /** Virtual milliseconds since the start of the run. */
  elapsedMs = 0
  steps = 0
  /** How often anything changed in the world. */
  effects = 0
  readonly sites = new SiteCounter()
  readonly planned: PlannedFaults
  readonly outsideCalls: OutsideCall[] = []

  readonly #options: WorldOptions
  readonly #startAt: number
  readonly #queue = new EventQueue()
  readonly #slots = new Map<string, ProcessSlot>()
  readonly #random: () => number
  readonly #ids = new Map<string, number>()
  readonly #context: StepContext = { subject: '', cause: 0 }
  readonly #timers = new Map<number, QueuedEvent>()
  readonly #busy = new Map<number, { process: Incarnation; label: string }>()
  readonly #edgeListeners: ((fault: Fault, edge: 'begin' | 'end') => void)[] = []
  readonly #deathListeners: ((process: ProcessHandle) => void)[] = []
  readonly #skipListeners: ((byMs: number) => void)[] = []
  readonly #clockOffsets = new Map<string, number>()
  #current: Incarnation | undefined
  #armed: QueuedEvent[] = []
  #lineage: Lineage | null = null
  #eventSeq = 0
  #recordSeq = 0
  #timerSeq = 0
  #busySeq = 0
  #lastEffectMs = 0
  #healed = false
  #broken: unknown
  #isBroken = false
  #resourcesBefore: ReadonlyMap<string, number> = new Map()

  constructor(options: WorldOptions) {
    this.#options = options
    this.#startAt = options.startAt ?? DEFAULT_START_AT
    this.planned = new PlannedFaults(options.seed, options.faults ?? [])
    this.#random = createRandom(options.seed, 'world')
    this.runtime = this.#createRuntime()
  }

  /** All processes, in the order they were spawned. */
  get processes(): readonly ProcessSlot[] {
    return [...this.#slots.values()]
  }

  /**
   * Lets `body` use the world with the globals in its hands; they are restored afterwards, also when it throws.
   * @throws WorkbenchError `run-in-progress` when this thread already has a run
   */
  async enter<T>(body: () => Promise<T>): Promise<T> {
    const restoreGlobals = takeGlobals({
      clockMs: () => this.#clockMs(),
      elapsedMs: () => this.elapsedMs,
      random: () => (this.#current === undefined ? this.#random() : this.#current.random()),
      setTimer: (callback, delayMs, repeat) => this.#setTimer(callback, delayMs, repeat),
      clearTimer: id => this.#clearTimer(id),
      fetch:
        this.#options.fetch ??
        (() =>
          Promise.reject(new TypeError('fetch failed', { cause: new Error('this world has no network') }))),
    })
    const restoreFailures = catchFailures(error => this.#onUnhandled(error))
    watchOutside(api => {
      if (this.#current === undefined || this.outsideCalls.length >= MAX_OUTSIDE_CALLS) return
      this.outsideCalls.push({ process: this.#current.name, api })
    })
    this.#resourcesBefore = activeResources()
    this.#planWindows()
    try {
      return await body()
    } finally {
      // What is left of the run must find nothing to hold on to.
      for (const slot of this.#slots.values()) if (slot.current !== undefined) slot.current.alive = false
      watchOutside(undefined)
      restoreFailures()
      restoreGlobals()
    }
  }

  /** Adds a process and schedules its first start. */
  spawn(options: ProcessOptions): ProcessSlot {
    if (this.#slots.has(options.name)) throw new Error(`there is already a process named ${options.name}`)
    const slot = new ProcessSlot(options, this.#slots.size)
    this.#slots.set(slot.name, slot)
    this.#scheduleStart(slot, 0)
    return slot
  }

  /** Runs until nothing but idle waiting is left, or until the deadline, which may be moved meanwhile. */
  settle(deadline: Deadline = { atMs: Number.POSITIVE_INFINITY }): Promise<Settled> {
    return new Promise((resolve, reject) => {
      const run: Loop = {
        deadline,
        resolve,
        reject,
        tick: () => this.#loop(run),
        queued: 0,
        isOver: false,
        graceUntil: 0,
      }
      this.#queueTurn(run)
    })
  }

  /** Ends every fault, for good: windows close, what was down starts, no site is struck again. */
  heal(): void {
    if (this.#healed) return
    this.#record({ kind: 'heal' }, 'world')
    this.planned.heal()
    for (const fault of this.planned.windows) {
      if (withinWindow(fault, this.elapsedMs)) this.#endWindow(fault)
    }
    this.#healed = true
    for (const slot of this.#slots.values()) {
      slot.failures = 0
      if (slot.current?.paused === true) this.#resume(slot.current)
      if (!slot.retired && slot.current?.alive !== true) this.#scheduleStart(slot, 0)
    }
  }

  /** Replaces a service's program and restarts its processes, as a deployment does. */
  redeploy(service: string, start: ProcessOptions['start']): void {
    for (const slot of this.#slots.values()) {
      if (slot.service !== service || slot.retired) continue
      slot.start = start
      this.#stop(slot)
      this.#scheduleStart(slot, slot.restartDelayMs)
    }
  }

  // --- the loop -------------------------------------------------------------------------------------------------

  /** One step; then, a macrotask later, the next. */
  #loop(run: Loop): void {
    if (run.isOver) return
    this.#finishStep()
    if (this.#isBroken) {
      run.isOver = true
      run.reject(this.#broken)
      return
    }
    const event = this.#nextEvent(run)
    if (event === undefined) return
    run.graceUntil = 0
    this.#step(event)
    if (--run.queued === 0) this.#queueTurn(run)
  }

  /** Queues a few macrotasks at once: the platform settles microtasks between them all the same, and turns its event loop less often. */
  #queueTurn(run: Loop): void {
    run.queued = STEPS_PER_TURN
    for (let step = 0; step < STEPS_PER_TURN; step++) real.macrotask(run.tick)
  }

  /** The next event to release; undefined when the stretch is over (and `run` has been told). */
  #nextEvent(run: Loop): QueuedEvent | undefined {
    const maxVirtualMs = this.#options.maxVirtualMs ?? 48 * HOUR_MS
    for (;;) {
      const event = this.#queue.peek()
      if (event === undefined) return this.#endStretch(run)
      if (!isStanding(event)) {
        this.#queue.pop()
        continue
      }
      if (this.#isIdle(event) && this.#restIsIdle(event, run)) return this.#endStretch(run)
      const next = this.#queue.peek()!
      if (next !== event) continue
      if (event.at > run.deadline.atMs) {
        this.elapsedMs = Math.max(this.elapsedMs, run.deadline.atMs)
        return this.#over(run, 'deadline')
      }
      if (event.at > maxVirtualMs || this.steps >= (this.#options.maxSteps ?? 50_000_000)) {
        return this.#over(run, 'limit')
      }
      this.#queue.pop()
      if (event.owner?.paused === true) {
        ;(event.owner as Incarnation).heldBack.push(event)
        continue
      }
      return event
    }
  }

  /**
   * Looks whether everything in the queue is idle, given that its head is. If something is not, but far away, time
   * skips to just before it and the idle waiting moves along.
   */
  #restIsIdle(head: QueuedEvent, run: Loop): boolean {
    let nearestMs = Number.POSITIVE_INFINITY
    let declaredOnly = true
    for (const event of this.#queue.events) {
      if (!isStanding(event)) continue
      if (!this.#isIdle(event)) nearestMs = Math.min(nearestMs, event.at)
      else if (event.idle !== true) declaredOnly = false
    }
    if (nearestMs === Number.POSITIVE_INFINITY) {
      return declaredOnly || this.elapsedMs - this.#lastEffectMs >= QUIET_MS
    }
    const gapMs = Math.min(nearestMs, run.deadline.atMs) - this.elapsedMs
    if (gapMs >= SKIP_AT_LEAST_MS && head.at < nearestMs) this.#skip(gapMs)
    return false
  }

  #skip(byMs: number): void {
    this.#queue.rebuild(event => {
      if (!isStanding(event)) return false
      if (this.#isIdle(event)) event.at += byMs
      return true
    })
    this.elapsedMs += byMs
    this.#record({ kind: 'skip', byMs }, 'world', false)
    for (const listener of this.#skipListeners) listener(byMs)
  }

  #isIdle(event: QueuedEvent): boolean {
    if (event.idle !== undefined) return event.idle
    return (
      event.lineage !== null && event.lineage.quiet >= QUIET_FIRINGS && event.effectsSeen === this.effects
    )
  }

  #step(event: QueuedEvent): void {
    const owner = event.owner as Incarnation | null
    this.elapsedMs = Math.max(this.elapsedMs, event.at)
    this.steps++
    this.#current = owner ?? undefined
    this.#context.subject = event.subject
    this.#context.cause = event.cause
    this.#lineage = this.#lineageOf(event)
    this.#stepEffects = this.effects
    if (owner !== null) owner.steps++
    const { pulse } = this.#options
    if (pulse !== undefined) {
      pulse[0] = this.steps
      pulse[1] = owner === null ? -1 : owner.slot.index
    }
    const { action } = event
    event.action = null
    try {
      action!()
    } catch (error) {
      this.#onUnhandled(error)
    }
  }
  #stepEffects = 0

  #lineageOf(event: QueuedEvent): Lineage | null {
    if (event.idle === true) return EVER_IDLE
    if (event.lineage === null)
      return event.timerDelayMs === undefined ? null : { delayMs: event.timerDelayMs, quiet: 0 }
    // Something has changed since it was armed: it has to prove itself again.
    return event.effectsSeen === this.effects ? event.lineage : { delayMs: event.lineage.delayMs, quiet: 0 }
  }

  /** Now that everything the step set off has settled: what it armed is polling if nothing happened. */
  #finishStep(): void {
    const armed = this.#armed
    if (armed.length === 0) return
    const lineage = this.effects === this.#stepEffects ? this.#lineage : null
    for (const event of armed) {
      event.effectsSeen = this.effects
      if (lineage === null) continue
      if (event.timerDelayMs === undefined) event.lineage = lineage
      else if (event.timerDelayMs <= 2 * lineage.delayMs)
        event.lineage = { delayMs: event.timerDelayMs, quiet: lineage.quiet + 1 }
    }
    this.#armed = []
  }

  #endStretch(run: Loop): undefined {
    if (this.#busy.size === 0) return this.#over(run, 'settled')
    const nowMs = performanceNow()
    if (run.graceUntil === 0) run.graceUntil = nowMs + GRACE_MS
    if (nowMs < run.graceUntil) {
      // What is queued of this turn must not ask again before then.
      run.isOver = true
      real.setTimeout(() => {
        run.isOver = false
        this.#queueTurn(run)
      }, 5)
      return undefined
    }
    return this.#over(run, 'waiting-outside')
  }

  #over(run: Loop, reason: Settled['reason']): undefined {
    run.isOver = true
    this.#current = undefined
    this.#context.subject = ''
    this.#context.cause = 0
    this.#lineage = null
    if (reason === 'settled') this.#record({ kind: 'settled', steps: this.steps }, 'world', false)
    run.resolve({
      reason,
      busy: reason === 'settled' || reason === 'deadline' ? [] : this.#busyReport(reason),
    })
    return undefined
  }

  #busyReport(reason: Settled['reason']): BusyReport[] {
    const handlers = [...this.#busy.values()].map(({ process, label }) => ({
      process: process.name,
      what:
        reason === 'waiting-outside' ? `${label} is waiting for ${this.#guessOutside(process.name)}` : label,
    }))
    if (reason === 'waiting-outside') return handlers
    const waiting = new Map<string, number>()
    for (const event of this.#queue.events) {
      if (!isStanding(event) || this.#isIdle(event)) continue
      const name = event.owner?.name ?? 'the simulated infrastructure'
      waiting.set(name, (waiting.get(name) ?? 0) + 1)
    }
    return [
      ...handlers,
      ...[...waiting].map(([process, count]) => ({
        process,
        what: `${count} timer${count === 1 ? '' : 's'} or replies still to come`,
      })),
    ]
  }

  #guessOutside(process: string): string {
    const calls = [
      ...new Set(this.outsideCalls.filter(call => call.process === process).map(call => call.api)),
    ]
    if (calls.length > 0) return `something outside the simulation: ${calls.join(', ')}`
    const resources = newResources(this.#resourcesBefore)
    if (resources.length > 0)
      return `something outside the simulation (the platform is busy with ${resources.join(', ')})`
    return 'a promise that nothing will settle'
  }

  // --- processes ------------------------------------------------------------------------------------------------

  #scheduleStart(slot: ProcessSlot, delayMs: number): void {
    const start = () => {
      if (slot.retired || slot.heldDown || slot.current?.alive === true) return
      const process = new Incarnation(slot, ++slot.incarnations, this.#options.seed, this.elapsedMs)
      slot.current = process
      this.#current = process
      this.#start(process)
    }
    this.#push(delayMs, start, null, false, undefined)
  }

  #start(process: Incarnation): void {
    this.#record({ kind: 'process.start', incarnation: process.incarnation }, process.name)
    const done = this.runtime.busy('start')
    // An async wrapper turns a synchronous throw into a rejection too.
    const started = (async () => process.slot.start(process))()
    started.then(
      () => {
        done()
        if (process.alive)
          this.#record({ kind: 'process.ready', incarnation: process.incarnation }, process.name, false)
      },
      error => {
        done()
        this.#onUnhandled(error)
      },
    )
  }

  /** Ends an incarnation: its timers are gone, its pending promises never settle. */
  #kill(process: Incarnation): void {
    process.alive = false
    for (const [token, busy] of this.#busy) if (busy.process === process) this.#busy.delete(token)
    for (const listener of this.#deathListeners) listener(process)
  }

  #stop(slot: ProcessSlot): void {
    const process = slot.current
    if (process?.alive !== true) return
    this.#record({ kind: 'process.stop', incarnation: process.incarnation }, slot.name)
    this.#kill(process)
  }

  #crash(process: Incarnation, reason: string, downForMs: number | undefined, site?: string): void {
    if (!process.alive) return
    const restartInMs =
      process.slot.heldDown || process.slot.retired ? undefined : (downForMs ?? process.slot.restartDelayMs)
    this.#record(
      {
        kind: 'process.crash',
        incarnation: process.incarnation,
        reason,
        ...(site === undefined ? {} : { site }),
        ...(restartInMs === undefined ? {} : { restartInMs }),
      },
      process.name,
    )
    this.#kill(process)
    if (restartInMs !== undefined) this.#scheduleStart(process.slot, restartInMs)
  }

  /** What nobody caught ends the process, as Node does; a supervisor starts it again, ever more slowly. */
  #onUnhandled(error: unknown): void {
    if (error instanceof ProcessCrashed) return
    const process = this.#current
    if (process === undefined) {
      this.#isBroken = true
      this.#broken = error
      return
    }
    if (!process.alive) return
    const { slot } = process
    if (this.elapsedMs - process.startedAtMs > HEALTHY_AFTER_MS) slot.failures = 0
    slot.failures++
    const reason = describeError(error)
    if (slot.failures >= MAX_FAILURES) {
      this.#record({ kind: 'process.gave-up', incarnation: process.incarnation, reason }, slot.name)
      this.#kill(process)
      return
    }
    this.#crash(process, reason, slot.restartDelayMs * 2 ** (slot.failures - 1))
  }

  #resume(process: Incarnation): void {
    process.paused = false
    this.#record({ kind: 'process.resume' }, process.name)
    for (const event of process.heldBack.splice(0)) {
      this.#queue.push({
        ...event,
        at: this.elapsedMs,
        seq: ++this.#eventSeq,
        lineage: null,
        effectsSeen: -1,
      })
    }
  }

  #pause(process: Incarnation, forMs: number | undefined): void {
    if (process.paused || !process.alive) return
    process.paused = true
    this.#record({ kind: 'process.pause' }, process.name)
    if (forMs === undefined) return
    this.runtime.schedule(
      forMs,
      () => {
        if (process.alive && process.paused) this.#resume(process)
      },
      { owner: null, idle: false },
    )
  }

  // --- faults ---------------------------------------------------------------------------------------------------

  #planWindows(): void {
    for (const fault of this.planned.windows) {
      const from = fault.from ?? 0
      this.runtime.schedule(from, () => this.#beginWindow(fault), { owner: null, idle: false })
      if (fault.for === undefined) continue
      this.runtime.schedule(from + fault.for, () => this.#endWindow(fault), { owner: null, idle: false })
    }
  }

  #beginWindow(fault: Fault): void {
    if (this.#healed) return
    this.#record({ kind: 'fault.begin', fault: fault.kind, service: fault.service ?? '' }, 'world')
    for (const slot of this.#slotsOf(fault)) {
      if (fault.kind === 'down') {
        slot.heldDown = true
        if (slot.current !== undefined) this.#crash(slot.current, 'down', undefined)
      } else if (fault.kind === 'pause') {
        if (slot.current !== undefined) this.#pause(slot.current, undefined)
      } else if (fault.kind === 'crash') {
        if (slot.current !== undefined) this.#crash(slot.current, 'crash', undefined)
      }
    }
    if (fault.kind === 'clock-skew') this.#clockOffsets.set(fault.service ?? '', fault.by ?? 0)
    if (fault.kind === 'second-instance') this.#spawnSecond(fault)
    for (const listener of this.#edgeListeners) listener(fault, 'begin')
  }

  #endWindow(fault: Fault): void {
    if (this.#healed) return
    this.#record({ kind: 'fault.end', fault: fault.kind, service: fault.service ?? '' }, 'world')
    for (const slot of this.#slotsOf(fault)) {
      if (fault.kind === 'down') {
        slot.heldDown = false
        this.#scheduleStart(slot, 0)
      } else if (fault.kind === 'pause') {
        if (slot.current?.paused === true) this.#resume(slot.current)
      }
    }
    if (fault.kind === 'clock-skew') this.#clockOffsets.delete(fault.service ?? '')
    if (fault.kind === 'second-instance') {
      const second = this.#slots.get(`${fault.service}-2`)
      if (second !== undefined) {
        second.retired = true
        this.#stop(second)
      }
    }
    for (const listener of this.#edgeListeners) listener(fault, 'end')
  }

  #slotsOf(fault: Fault): ProcessSlot[] {
    return [...this.#slots.values()].filter(slot => slot.service === fault.service)
  }

  #spawnSecond(fault: Fault): void {
    const original = this.#slots.get(fault.service ?? '')
    const name = `${fault.service}-2`
    if (original === undefined || this.#slots.has(name)) return
    this.spawn({ ...original.options, name, service: original.service, start: original.start })
  }

  #clockMs(): number {
    const offset = this.#current === undefined ? 0 : (this.#clockOffsets.get(this.#current.service) ?? 0)
    return this.#startAt + this.elapsedMs + offset
  }

  // --- timers of student code -----------------------------------------------------------------------------------

  #setTimer(callback: () => void, delayMs: number, repeat: boolean): number {
    const id = ++this.#timerSeq
    const owner = this.#current
    const arm = () => {
      const event = this.#push(
        delayMs,
        () => {
          if (repeat) arm()
          else this.#timers.delete(id)
          callback()
        },
        owner ?? null,
        undefined,
        delayMs,
      )
      if (event !== undefined) this.#timers.set(id, event)
    }
    arm()
    return id
  }

  #clearTimer(id: number): void {
    const event = this.#timers.get(id)
    if (event === undefined) return
    this.#timers.delete(id)
    this.#cancel(event)
  }

  #cancel(event: QueuedEvent): void {
    if (event.action === null) return
    event.action = null
    this.#cancelled++
    if (this.#cancelled < SWEEP_AT || this.#cancelled * 2 < this.#queue.size) return
    this.#cancelled = 0
    this.#queue.rebuild(isStanding)
  }
  #cancelled = 0

  #push(
    delayMs: number,
    action: () => void,
    owner: ProcessHandle | null,
    idle: boolean | undefined,
    timerDelayMs: number | undefined,
  ): QueuedEvent | undefined {
    if (owner !== null && !owner.alive) return undefined
    const event: QueuedEvent = {
      at: this.elapsedMs + delayMs,
      seq: ++this.#eventSeq,
      action,
      owner,
      subject: this.#context.subject,
      cause: this.#context.cause,
      idle,
      timerDelayMs,
      lineage: null,
      effectsSeen: -1,
    }
    this.#queue.push(event)
    if (idle === undefined) this.#armed.push(event)
    return event
  }

  // --- the port -------------------------------------------------------------------------------------------------

  #record(fields: WorldRecord, process: string, effect = true): void {
    this.runtime.record(fields, { process, effect })
  }

  #createRuntime(): Runtime {
    const world = this
    return {
      now: () => world.#startAt + world.elapsedMs,
      random: () => world.#random(),
      drawAt: text => drawAt(world.#options.seed, text),
      nextId(prefix) {
        const count = (world.#ids.get(prefix) ?? 0) + 1
        world.#ids.set(prefix, count)
        return `${prefix}-${count}`
      },
      get current() {
        return world.#current
      },
      context: this.#context,
      schedule(delayMs: number, action: () => void, options?: ScheduleOptions): Scheduled {
        const owner = options?.owner === undefined ? (world.#current ?? null) : options.owner
        const event = world.#push(delayMs, action, owner, options?.idle, undefined)
        return {
          cancel() {
            if (event !== undefined) world.#cancel(event)
          },
        }
      },
      visit: (operation, subject, kinds) => world.#visit(operation, subject, kinds ?? NO_KINDS),
      leave: strike => world.#leave(strike),
      exchange: (operation, subject, apply, options) => world.#exchange(operation, subject, apply, options),
      active(kind, service) {
        if (world.#healed) return undefined
        for (const fault of world.planned.windows) {
          if (
            fault.kind === kind &&
            (fault.service ?? '') === service &&
            withinWindow(fault, world.elapsedMs)
          )
            return fault
        }
        return undefined
      },
      onFaultEdge: listener => void world.#edgeListeners.push(listener),
      onDeath: listener => void world.#deathListeners.push(listener),
      onSkip: listener => void world.#skipListeners.push(listener),
      crash: (process, reason, downForMs) => world.#crash(process as Incarnation, reason, downForMs),
      busy(label) {
        const process = world.#current
        if (process === undefined) return () => {}
        const token = ++world.#busySeq
        world.#busy.set(token, { process, label })
        return () => void world.#busy.delete(token)
      },
      record<R extends { kind: string }>(fields: R, options?: RecordOptions): number {
        if (options?.effect !== false) {
          world.effects++
          world.#lastEffectMs = world.elapsedMs
        }
        const seq = ++world.#recordSeq
        const context = world.#context
        world.#options.onRecord?.({
          seq,
          t: world.elapsedMs,
          process: options?.process ?? world.#current?.name ?? 'world',
          cause: options?.cause ?? context.cause,
          ...fields,
        })
        if (options?.detached !== true) context.cause = seq
        return seq
      },
    }
  }

  #visit(operation: string, subject: string, kinds: readonly string[]): Strike {
    const process = this.#current
    if (process === undefined) return { site: '', faults: [] }
    const base = subject === '' ? `${process.name}/${operation}` : `${process.name}/${operation} ${subject}`
    if (!process.alive) throw new ProcessCrashed(process.name, base)
    const occurrence = this.sites.next(base)
    const site = siteName(base, occurrence)
    const faults = this.planned.strikesAt(base, occurrence, process.service, kinds, this.elapsedMs)
    if (faults.length === 0) return { site, faults }
    const rest: Fault[] = []
    for (const fault of faults) {
      this.#record({ kind: 'fault.strike', fault: fault.kind, site }, process.name)
      if (fault.kind === 'pause') this.#pause(process, fault.for ?? HOUR_MS / 60)
      else if (fault.kind === 'crash' && fault.when === 'before') {
        this.#crash(process, 'crash', fault.for, site)
        throw new ProcessCrashed(process.name, site)
      } else rest.push(fault)
    }
    return { site, faults: rest }
  }

  #leave(strike: Strike): void {
    for (const fault of strike.faults) {
      if (fault.kind !== 'crash' || this.#current === undefined) continue
      const process = this.#current
      this.#crash(process, 'crash', fault.for, strike.site)
      throw new ProcessCrashed(process.name, strike.site)
    }
    if (this.#current !== undefined && !this.#current.alive)
      throw new ProcessCrashed(this.#current.name, strike.site)
  }

  #exchange<T>(
    operation: string | null,
    subject: string,
    apply: (reply: Reply<T>, strike: Strike | undefined) => void,
    options: (ExchangeOptions & { kinds?: readonly string[] }) | undefined,
  ): Promise<T> {
    const process = this.#current
    let strike: Strike | undefined
    let delayMs = 1
    if (process?.alive === false) return never()
    if (operation !== null) {
      try {
        strike = this.#visit(operation, subject, options?.kinds ?? NO_KINDS)
      } catch (error) {
        if (error instanceof ProcessCrashed) return never()
        throw error
      }
      const [min, max] = options?.latencyMs ?? DEFAULT_LATENCY_MS
      delayMs = min + Math.floor(drawAt(this.#options.seed, strike.site) * (max - min + 1))
      for (const fault of strike.faults) if (fault.kind === 'hold') delayMs += fault.by ?? 5000
    }
    return new Promise<T>((resolve, reject) => {
      let answered = false
      let arriving = true
      let early: (() => void) | undefined
      const answer = (settle: () => void) => {
        if (answered) return
        answered = true
        if (process === undefined) return settle()
        if (arriving) early = settle
        else this.#deliver(process, settle)
      }
      const reply: Reply<T> = {
        resolve: value => answer(() => resolve(value)),
        reject: error => answer(() => reject(error)),
      }
      const arrive = () => {
        // The request was on its way: it arrives even if its sender has died since.
        this.#current = process
        const ackLost = strike?.faults.find(fault => fault.kind === 'ack-lost')
        apply(ackLost === undefined ? reply : SILENT, strike)
        if (ackLost !== undefined) {
          arriving = false
          options?.onAckLost?.(reply as Reply<never>)
          return
        }
        if (strike !== undefined && process?.alive === true) this.#leave(strike)
        arriving = false
        if (early === undefined) return
        if (process?.paused === true) this.#deliver(process, early)
        else if (process?.alive !== false) early()
      }
      this.#push(delayMs, arrive, null, undefined, undefined)
    })
  }

  /** Brings a late reply to a process in a step of its own. */
  #deliver(process: Incarnation, settle: () => void): void {
    this.#push(1, settle, process, undefined, undefined)
  }
}

interface Loop {
  readonly deadline: Deadline
  readonly resolve: (settled: Settled) => void
  readonly reject: (error: unknown) => void
  readonly tick: () => void
  /** Macrotasks of this turn that are still to come. */
  queued: number
  isOver: boolean
  /** Real milliseconds until which code outside may still come back; 0 before the question has come up. */
  graceUntil: number
}

const SILENT: Reply<never> = { resolve: () => {}, reject: () => {} }

/** Real time for the grace period only: the run's own performance.now() stands still. */
function performanceNow(): number {
  return real.Date.now()
}

function isStanding(event: QueuedEvent): boolean {
  return event.action !== null && (event.owner === null || event.owner.alive)
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => {})
}

function describeError(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`
  return `thrown: ${String(error)}`
}
