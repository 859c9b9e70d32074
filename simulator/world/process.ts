/**
 * A process of the world: a service that runs, dies and is started again by a supervisor.
 */
import type { QueuedEvent } from './event-queue.ts'
import { createRandom } from './random.ts'
import type { ProcessHandle } from './runtime.ts'

export interface ProcessOptions {
  /** Unique in the run. */
  readonly name: string
  /** Default: the name. */
  readonly service?: string
  /** The program. Called again after every crash; whatever it leaves behind in memory belongs to its incarnation. */
  readonly start: (process: ProcessHandle) => void | Promise<void>
  /** How long the supervisor takes to start it again, in virtual milliseconds. Default 1,000. */
  readonly restartDelayMs?: number
}

/** One life of a process. */
export class Incarnation implements ProcessHandle {
  alive = true
  paused = false
  /** Events that came due while it was paused, in order. */
  readonly heldBack: QueuedEvent[] = []
  /** How many handlers of it have not settled. */
  handling = 0
  #random: (() => number) | undefined

  constructor(
    readonly slot: ProcessSlot,
    readonly incarnation: number,
    readonly seed: number,
    /** Virtual milliseconds since the start of the run. */
    readonly startedAtMs: number,
  ) {}

  get name(): string {
    return this.slot.name
  }

  get service(): string {
    return this.slot.service
  }

  random(): number {
    this.#random ??= createRandom(this.seed, `${this.name}/${this.incarnation}`)
    return this.#random()
  }
}

/** The place of a process in the world, across its lives. */
export class ProcessSlot {
  readonly name: string
  readonly service: string
  start: ProcessOptions['start']
  readonly restartDelayMs: number
  current: Incarnation | undefined
  incarnations = 0
  /** Crashes in a row that were the program's own fault, without a planned fault; the supervisor backs off and gives up on these. */
  failures = 0
  /** Not to be started before a fault that keeps it down ends. */
  heldDown = false
  /** Taken out of service for good, e.g. a second instance that has left. */
  retired = false

  constructor(
    readonly options: ProcessOptions,
    /** Its place in the order of spawning, for the watchdog. */
    readonly index: number,
  ) {
    this.name = options.name
    this.service = options.service ?? options.name
    this.start = options.start
    this.restartDelayMs = options.restartDelayMs ?? 1000
  }
}
