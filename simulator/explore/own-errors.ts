/**
 * What a program threw of its own accord: errors in a run that no fault of the plan asked for.
 */
import { isPlannedCrash } from '#simulator/trace/ladder-drawing.ts'
import { known, type RecordOf, type RunRecord } from '#simulator/trace/records.ts'
import { sayMessage } from '#simulator/trace/sentence.ts'
import { THROWN } from '#simulator/world/errors.ts'
import type { TraceRecord } from '#simulator/world/runtime.ts'

export interface OwnError {
  readonly process: string
  /** Name and message: "SqliteError: no such column: weeks". */
  readonly error: string
  /** How often it was thrown there. */
  readonly times: number
  /** "inventory threw when it started: SqliteError: no such column: weeks." */
  readonly sentence: string
  /**
   * Where, as the stack has it: `exercises/12-idempotent-consumer/inventory.ts:14:7`. In compiled code that is a place in what
   * was compiled; the desk, which has the map, puts the line of the source in its stead.
   */
  readonly at?: string
}

const MAX_ERRORS = 3

/** The first few different ones, in the order in which they were first thrown. */
export function ownErrors(records: readonly TraceRecord[]): OwnError[] {
  const found = new Map<string, OwnError>()
  const faults = new FaultWatch()
  const started = new Set<string>()
  for (const record of records.map(known)) {
    faults.see(record)
    if (record.kind === 'process.start') started.delete(record.process)
    if (record.kind === 'process.ready') started.add(record.process)
    const thrown = thrownBy(record, started)
    if (thrown === undefined || faults.explain(record, thrown.error)) continue
    if (isWrapped(thrown.error, found.values())) continue
    const key = `${record.process} ${thrown.where} ${thrown.error}`
    const times = (found.get(key)?.times ?? 0) + 1
    found.set(key, {
      process: record.process,
      error: thrown.error,
      times,
      sentence: say(record, thrown, times),
      ...(thrown.at === undefined ? {} : { at: thrown.at }),
    })
  }
  return [...found.values()].slice(0, MAX_ERRORS)
}

/** KafkaJS ends a consumer with an error of its own around the one that a handler threw. */
function isWrapped(error: string, found: Iterable<OwnError>): boolean {
  const inner = /^KafkaJS\w+: (.+)$/s.exec(error)?.[1]
  return inner !== undefined && [...found].some(other => other.error !== error && other.error.endsWith(inner))
}

interface Thrown {
  readonly where: string
  readonly error: string
  readonly at?: string
}

function thrownBy(record: RunRecord, started: ReadonlySet<string>): Thrown | undefined {
  switch (record.kind) {
    case 'kafka.handled':
      if (record.ok) return undefined
      return {
        where: `on ${sayMessage(record.label)}`,
        ...describe(record[THROWN], record.error ?? 'nothing'),
      }
    case 'process.crash':
      if (isPlannedCrash(record)) return undefined
      return { where: whereOf(record, started), ...describe(record[THROWN], record.reason) }
    case 'process.gave-up':
      return { where: whereOf(record, started), ...describe(record[THROWN], record.reason) }
    default:
      return undefined
  }
}

/** The error itself says more than its record, which leaves out what differs between engines. */
function describe(thrown: unknown, recorded: string): Pick<Thrown, 'error' | 'at'> {
  if (!(thrown instanceof Error)) return { error: recorded }
  const at = placeOf(thrown)
  return { error: `${thrown.name}: ${thrown.message}`, ...(at === undefined ? {} : { at }) }
}

/** The first line of the stack that is neither the workbench's, nor a package's, nor the engine's. */
function placeOf({ stack = '' }: Error): string | undefined {
  for (const line of stack.split('\n')) {
    const place = /^\s+at (?:.*\()?(?:file:\/\/)?([^()]+:\d+:\d+)\)?$/.exec(line)?.[1]
    if (place === undefined || NOT_THEIRS.test(place)) continue
    return place.replace(/^.*\/(?=(?:exercises|solutions)\/)/, '')
  }
  return undefined
}
const NOT_THEIRS = /(?:^|\/)(?:simulator|node_modules)\/|\/check\.ts:|^node:|^native|^<anonymous>/

function whereOf(
  { process }: RecordOf<'process.crash' | 'process.gave-up'>,
  started: ReadonlySet<string>,
): string {
  return started.has(process) ? 'outside its handlers, and nobody caught it' : 'when it started'
}

function say({ process }: RunRecord, { where, error }: Thrown, times: number): string {
  return `${process} threw ${where}${times === 1 ? '' : `, ${times} times`}: ${error}${error.endsWith('.') ? '' : '.'}`
}

/** Knows which faults have struck what a process is doing at the moment. */
class FaultWatch {
  /** By process: whether a fault made a call of it fail since its last delivery. */
  readonly #failing = new Set<string>()
  readonly #poisoned = new Set<string>()
  readonly #windows = new Map<string, number>()

  see(record: RunRecord): void {
    switch (record.kind) {
      case 'kafka.deliver':
        this.#failing.delete(record.process)
        break
      case 'fault.strike':
        if (record.fault === 'poison')
          this.#poisoned.add(record.site.replace(/^[^/]*\/deliver (.*)#\d+$/, '$1'))
        else if (MAKES_CALLS_FAIL.has(record.fault)) this.#failing.add(record.process)
        break
      case 'fault.begin':
      case 'fault.end': {
        const open = this.#windows.get(record.fault) ?? 0
        this.#windows.set(record.fault, open + (record.kind === 'fault.begin' ? 1 : -1))
        break
      }
    }
  }

  /** Whether a fault of the plan made it come to this. */
  explain(record: RunRecord, error: string): boolean {
    if (error.endsWith('as the plan says')) return true
    if (record.kind === 'kafka.handled' && this.#poisoned.has(record.label)) return true
    if (this.#failing.has(record.process)) return true
    return FAILING_WINDOWS.some(
      ([fault, pattern]) => (this.#windows.get(fault) ?? 0) > 0 && pattern.test(error),
    )
  }
}

const MAKES_CALLS_FAIL: ReadonlySet<string> = new Set(['error', 'ack-lost', 'conflict', 'pause', 'rebalance'])
const FAILING_WINDOWS: readonly (readonly [fault: string, error: RegExp])[] = [
  ['database-busy', /database is locked/],
  ['disk-full', /disk is full/],
  ['broker-down', /^KafkaJS/],
  ['disconnected', /^KafkaJS|fetch|ECONN/],
  ['down', /fetch|ECONN/],
  ['failing', /./],
  ['timeout-after', /./],
  ['poison', /./],
]
