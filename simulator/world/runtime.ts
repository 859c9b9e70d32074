/**
 * The port between the simulated parts (broker, database, HTTP, event store) and what they run in:
 * a world (virtual time, a plan of faults) or the wall clock (no faults). The parts know only this.
 */

/** One deviation from the happy path, as the world sees it; the catalogue in `faults/` gives each kind its schema. */
export interface Fault {
  readonly kind: string
  /** The site it strikes, as `process/operation subject#occurrence`. */
  readonly at?: string
  /** The service, outside party, topic or group it strikes, for windows and rates. */
  readonly service?: string
  /** Start of the window, in milliseconds after the start of the run. */
  readonly from?: number
  /** Length of the window in milliseconds; without it the fault lasts until everything is healed. */
  readonly for?: number
  /** Probability per visit, 0 to 1, for faults that strike a service at random (seeded) visits. */
  readonly rate?: number
  /** The share of what comes by during the window that is struck, 0 to 1; all of it unless told. */
  readonly share?: number
  /** A delay, skew or age in milliseconds. */
  readonly by?: number
  /** How many times it strikes; once unless told. */
  readonly times?: number
  /** Which moment or manner, e.g. `before` or `after` for a crash. */
  readonly when?: string
  /** An HTTP status, for outside parties. */
  readonly status?: number
}

/** A running service: one incarnation of it. A restart makes a new one with the same name. */
export interface ProcessHandle {
  /** Unique in the run: `inventory`, or `inventory-2` for a second instance. */
  readonly name: string
  /** The service it runs; faults on a service strike all its processes. */
  readonly service: string
  /** 1 for the first start, 2 after the first restart, and so on. */
  readonly incarnation: number
  /** False once it has crashed or was stopped: its timers, replies and effects are refused from then on. */
  readonly alive: boolean
  /** True while a process pause (a long garbage collection, a frozen container) holds its events back. */
  readonly paused: boolean
}

/** What a visit to a site found. */
export interface Strike {
  /** The full name: `inventory/commit order-7#1`. */
  readonly site: string
  /** Faults that strike here, in plan order; each room acts on the kinds it knows. `crash` is the runtime's own business. */
  readonly faults: readonly Fault[]
}

export interface Scheduled {
  cancel(): void
}

export interface ScheduleOptions {
  /** On whose behalf; dropped when that process dies, held back while it is paused. `null`: nobody's (the broker's own). Default: the current process. */
  owner?: ProcessHandle | null
  /** True: this is waiting by nature (a long poll, a session check), a run is not kept alive by it. Default: found out by watching. */
  idle?: boolean
}

/** The far side's way to answer an exchange, now or later; only the first answer counts. */
export interface Reply<T> {
  resolve(value: T): void
  reject(error: unknown): void
}

export interface ExchangeOptions {
  /** One-way travel time range in milliseconds; drawn by seed and site name. Default [1, 4]; unsited exchanges take 1 ms. */
  latencyMs?: readonly [min: number, max: number]
  /** What the caller gets when the fault `ack-lost` strikes: it happened, the reply did not come. Default: never settles. */
  onAckLost?: (reply: Reply<never>) => void
}

/** What the running step carries along; everything scheduled in the step inherits it. */
export interface StepContext {
  /** Whose business this is, for naming sites: `order-7`, or `order-7/OrderPlaced` while a message is handled. Empty if unknown. */
  subject: string
  /** `seq` of the record that led here; 0 at the root. */
  cause: number
}

export interface RecordOptions {
  /** The process it is about; default the current one. Use the part's name (`kafka`) for what the infrastructure did. */
  process?: string
  /** True when the state of the world changed (a row, a message, an offset, a membership): a run that still has effects is not settled. Default true. */
  effect?: boolean
  /** Overrides the causing record; the step's own otherwise. The step's cause becomes this record unless `detached`. */
  cause?: number
  detached?: boolean
}

/** The fields every trace record has; rooms add theirs under a `kind` of their own. */
export interface TraceRecord {
  /** 1, 2, 3, … */
  readonly seq: number
  /** Milliseconds since the start of the run. */
  readonly t: number
  readonly process: string
  /** `seq` of the record that led to this one; 0 for none. */
  readonly cause: number
  readonly kind: string
}

export interface Runtime {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Chance for the infrastructure itself, 0 to 1; seeded in a world. Prefer decisions drawn from a site's name (`drawAt`). */
  random(): number
  /** A number from 0 to 1 that depends only on the seed and the text: stable when other things change. */
  drawAt(text: string): number
  /** A short identifier, unique in the run and the same in every run: `prefix-1`, `prefix-2`, … */
  nextId(prefix: string): string

  /** The process whose code is running, or undefined when it is the infrastructure's or the harness's. */
  readonly current: ProcessHandle | undefined
  readonly context: StepContext

  /** Runs `action` after `delayMs`, unless its owner has died by then. */
  schedule(delayMs: number, action: () => void, options?: ScheduleOptions): Scheduled

  /**
   * Visits a site on behalf of the current process: counts it, names it, and finds what strikes there.
   * Crashes the process and throws ProcessCrashed when a crash is planned `before` it, or when the caller is already dead.
   * @param kinds fault kinds this site can suffer (besides crash); used for faults given as service and rate.
   */
  visit(operation: string, subject: string, kinds?: readonly string[]): Strike
  /** Call after the operation took effect: crashes and throws ProcessCrashed when a crash is planned `after` it. */
  leave(strike: Strike): void

  /**
   * A request from the current process over the network: travels, is applied at the far side, the reply comes back.
   * With an `operation` it is a site (`crash` before: never sent; after: applied, reply never seen; `ack-lost`; `hold`).
   * The promise of a process that dies meanwhile never settles. `apply` runs in a step of the caller; answer through `reply`.
   */
  exchange<T>(
    operation: string | null,
    subject: string,
    apply: (reply: Reply<T>, strike: Strike | undefined) => void,
    options?: ExchangeOptions & { kinds?: readonly string[] },
  ): Promise<T>

  /** The window fault of this kind now active on this service (or party), if any. */
  active(kind: string, service: string): Fault | undefined
  /** Called when a window fault begins or ends; when everything is healed, also with the end of every fault at a site. */
  onFaultEdge(listener: (fault: Fault, edge: 'begin' | 'end') => void): void
  /** Called when a process dies (crash or stop), after its events were dropped. */
  onDeath(listener: (process: ProcessHandle) => void): void
  /** Called when idle time was skipped: everything that measures idle silence moves its marks by `byMs`. */
  onSkip(listener: (byMs: number) => void): void

  /** Ends the current process's incarnation at once; it restarts after `downForMs`. For faults that are a crash in disguise. */
  crash(process: ProcessHandle, reason: string, downForMs?: number): void

  /** Says that student code is at work (a handler, a start); call the result when it has settled. */
  busy(label: string): () => void

  /** Appends to the trace and returns its `seq`; 0 when nothing listens. */
  record<R extends { kind: string }>(fields: R, options?: RecordOptions): number
}
