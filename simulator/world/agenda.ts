/**
 * What is to happen, and when: scheduled events, timers, and the question whether any of it is more than idle waiting.
 *
 * Waiting counts as idle when it was declared so (a long poll), or when it is polling: a chain of timers of about the
 * same delay that has fired several times in a row without changing anything. One effect anywhere, and every
 * chain has to prove itself again.
 */
import { EventQueue, type Lineage, type QueuedEvent } from './event-queue.ts'
import type { ProcessHandle, StepContext } from './runtime.ts'

/** What lies ahead when the next event is idle. */
export interface Outlook {
  /** When the first event comes that is not idle; infinite when all is idle. */
  readonly nearestMs: number
  /** All is idle, and has been for long enough. */
  readonly isQuiet: boolean
}

/** For how long there must have been nothing but polling, and polling in vain, before a run may end: KafkaJS polls every 5 seconds by default. */
const QUIET_MS = 5_000
/** The same for a process in the middle of handling something. */
const HANDLING_QUIET_MS = 60_000
/** How many times in a row a timer chain must fire without effect to count as polling. */
const QUIET_FIRINGS = 2
/** Cancelled timers are swept out of the queue when there are this many, and more of them than others. */
const SWEEP_AT = 256
const EVER_IDLE: Lineage = { delayMs: Number.POSITIVE_INFINITY, quiet: Number.POSITIVE_INFINITY }

export class Agenda {
  /** Virtual milliseconds since the start of the run. */
  elapsedMs = 0
  /** How often anything has changed in the world. */
  effects = 0
  /** What the running step carries along. */
  readonly context: StepContext = { subject: '', cause: 0 }

  readonly #queue = new EventQueue()
  readonly #timers = new Map<number, QueuedEvent>()
  /** Asks whether a process is in the middle of handling something: its timers are then part of the work. */
  readonly #isHandling: (process: ProcessHandle) => boolean
  #eventSeq = 0
  #timerSeq = 0
  #lastEffectMs = 0
  /** When something last happened that was not idle: a poll that found nothing before may find something after. */
  #lastWorkMs = 0
  #cancelled = 0
  /** Polling timers that would have fired while time was skipped and have not fired since. */
  readonly #overslept = new Set<QueuedEvent>()
  /** What the running step has scheduled and nobody has declared. */
  #armed: QueuedEvent[] = []
  #lineage: Lineage | null = null
  #stepEffects = 0

  constructor(isHandling: (process: ProcessHandle) => boolean) {
    this.#isHandling = isHandling
  }

  /** How long nothing has changed, in virtual milliseconds. */
  get quietMs(): number {
    return this.elapsedMs - this.#lastEffectMs
  }

  noteEffect(): void {
    this.effects++
    this.#lastEffectMs = this.elapsedMs
  }

  /**
   * Schedules an action; undefined when its owner is dead.
   * @param owner null: nobody's, the infrastructure's own
   * @param idle true or false when whoever schedules it knows; otherwise it is found out
   * @param timerDelayMs for timers of a process: their delay
   */
  push(
    delayMs: number,
    action: () => void,
    owner: ProcessHandle | null,
    idle?: boolean,
    timerDelayMs?: number,
  ): QueuedEvent | undefined {
    if (owner !== null && !owner.alive) return undefined
    const event: QueuedEvent = {
      at: this.elapsedMs + delayMs,
      seq: ++this.#eventSeq,
      action,
      owner,
      subject: this.context.subject,
      cause: this.context.cause,
      idle,
      timerDelayMs,
      lineage: null,
      effectsSeen: -1,
    }
    this.#queue.push(event)
    if (idle === undefined) this.#armed.push(event)
    return event
  }

  /** Puts an event that was held back in again, due at once and after all that is due already. */
  pushAgain(event: QueuedEvent): void {
    this.#queue.push({ ...event, at: this.elapsedMs, seq: ++this.#eventSeq, lineage: null, effectsSeen: -1 })
  }

  cancel(event: QueuedEvent): void {
    if (event.action === null) return
    event.action = null
    this.#cancelled++
    if (this.#cancelled < SWEEP_AT || this.#cancelled * 2 < this.#queue.size) return
    this.#cancelled = 0
    this.#queue.rebuild(isStanding)
  }

  setTimer(owner: ProcessHandle | null, callback: () => void, delayMs: number, repeat: boolean): number {
    const id = ++this.#timerSeq
    const fire = () => {
      if (repeat) arm()
      else this.#timers.delete(id)
      callback()
    }
    const arm = () => {
      const event = this.push(delayMs, fire, owner, undefined, delayMs)
      if (event !== undefined) this.#timers.set(id, event)
    }
    arm()
    return id
  }

  clearTimer(id: number): void {
    const event = this.#timers.get(id)
    if (event === undefined) return
    this.#timers.delete(id)
    this.cancel(event)
  }

  /** The next event that still stands. */
  next(): QueuedEvent | undefined {
    for (;;) {
      const event = this.#queue.peek()
      if (event === undefined || isStanding(event)) return event
      this.#queue.pop()
    }
  }

  /** Takes the next event out and makes its moment the present. */
  begin(event: QueuedEvent): void {
    this.#queue.pop()
    this.elapsedMs = Math.max(this.elapsedMs, event.at)
    this.context.subject = event.subject
    this.context.cause = event.cause
    this.#lineage = this.#lineageOf(event)
    this.#stepEffects = this.effects
    if (!this.isIdle(event)) this.#lastWorkMs = this.elapsedMs
  }

  /** Takes the next event out without living through it. */
  remove(): void {
    this.#queue.pop()
  }

  /** Once everything the step set off has settled: what it armed is polling if nothing happened. */
  finish(): void {
    const armed = this.#armed
    if (armed.length === 0) return
    const lineage = this.effects === this.#stepEffects ? this.#lineage : null
    for (const event of armed) {
      event.effectsSeen = this.effects
      if (lineage === null) continue
      if (event.timerDelayMs === undefined) event.lineage = lineage
      else if (event.timerDelayMs <= 2 * lineage.delayMs) {
        event.lineage = { delayMs: event.timerDelayMs, quiet: lineage.quiet + 1 }
      }
    }
    this.#armed = []
  }

  /** Between two stretches of a run nothing is carried along. */
  clearContext(): void {
    this.context.subject = ''
    this.context.cause = 0
    this.#lineage = null
  }

  isIdle(event: QueuedEvent): boolean {
    if (event.idle !== undefined) return event.idle
    if (event.lineage === null || event.lineage.quiet < QUIET_FIRINGS) return false
    if (event.effectsSeen !== this.effects) return false
    // Somebody waits for a handler: that it polls is part of the work, unless nothing has come of it for very long.
    if (event.owner === null || !this.#isHandling(event.owner)) return true
    return this.quietMs >= HANDLING_QUIET_MS
  }

  /** Looks at everything that is scheduled. */
  outlook(): Outlook {
    let nearestMs = Number.POSITIVE_INFINITY
    let isDeclared = true
    for (const event of this.#queue.events) {
      if (!isStanding(event)) continue
      if (!this.isIdle(event)) nearestMs = Math.min(nearestMs, event.at)
      else if (event.idle !== true) isDeclared = false
    }
    const restingMs = this.elapsedMs - Math.max(this.#lastEffectMs, this.#lastWorkMs)
    const isQuiet = nearestMs === Number.POSITIVE_INFINITY && (isDeclared || restingMs >= QUIET_MS)
    return { nearestMs, isQuiet }
  }

  /** Lets time pass without living through it; all idle waiting moves along. */
  skip(byMs: number): void {
    const untilMs = this.elapsedMs + byMs
    this.#queue.rebuild(event => {
      if (!isStanding(event)) return false
      if (!this.isIdle(event)) return true
      if (isPolling(event) && event.at <= untilMs) this.#overslept.add(event)
      event.at += byMs
      return true
    })
    this.elapsedMs = untilMs
  }

  /**
   * Programs that poll must have had a look at the clock before anything else happens: what they would have done all through
   * the skipped time (deleting what is older than an hour, say) they do once, just before the next event that is not idle.
   * @returns true when something comes before `next` now
   */
  catchUpBefore(next: QueuedEvent): boolean {
    if (this.#overslept.size === 0 || this.isIdle(next)) return false
    let isLate = false
    this.#queue.rebuild(event => {
      if (event !== next && event.at >= next.at && this.#overslept.has(event)) {
        // In the past, perhaps, which means: now, before whatever is due now.
        event.at = next.at - 1
        isLate ||= isStanding(event)
      }
      return isStanding(event)
    })
    this.#overslept.clear()
    return isLate
  }

  /** Whether any timer or reply of this process is still to come, idle or not. */
  hasTimers(process: ProcessHandle): boolean {
    return this.#queue.events.some(event => event.owner === process && isStanding(event))
  }

  /** How many events that are not idle each process still has; `undefined` for nobody's. */
  waiting(): Map<string | undefined, number> {
    const counts = new Map<string | undefined, number>()
    for (const event of this.#queue.events) {
      if (!isStanding(event) || this.isIdle(event)) continue
      counts.set(event.owner?.name, (counts.get(event.owner?.name) ?? 0) + 1)
    }
    return counts
  }

  #lineageOf(event: QueuedEvent): Lineage | null {
    if (event.idle === true) return EVER_IDLE
    if (event.lineage === null) {
      return event.timerDelayMs === undefined ? null : { delayMs: event.timerDelayMs, quiet: 0 }
    }
    // Something has changed since it was armed: it has to prove itself again.
    return event.effectsSeen === this.effects ? event.lineage : { delayMs: event.lineage.delayMs, quiet: 0 }
  }
}

/** A timer of a program; long polls and what else the infrastructure declares idle notice nothing of the time. */
function isPolling({ idle, owner, timerDelayMs }: QueuedEvent): boolean {
  return idle === undefined && owner !== null && timerDelayMs !== undefined
}

function isStanding(event: QueuedEvent): boolean {
  return event.action !== null && (event.owner === null || event.owner.alive)
}
