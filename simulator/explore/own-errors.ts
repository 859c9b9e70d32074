/**
 * What a program threw of its own accord: errors in a run that no fault of the plan asked for.
 */
import { isPlannedCrash } from '#simulator/trace/ladder-drawing.ts'
import { known, type RecordOf, type RunRecord } from '#simulator/trace/records.ts'
import { sayMessage } from '#simulator/trace/sentence.ts'
import type { TraceRecord } from '#simulator/world/runtime.ts'

export interface OwnError {
  readonly process: string
  /** Name and message: "SqliteError: no such column: weeks". */
  readonly error: string
  /** How often it was thrown there. */
  readonly times: number
  /** "inventory threw when it started: SqliteError: no such column: weeks." */
  readonly sentence: string
  /** The student's line, where it is known: `exercises/12-idempotent-consumer/inventory.ts:14`. */
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
    const key = `${record.process} ${thrown.where} ${thrown.error}`
    const times = (found.get(key)?.times ?? 0) + 1
    found.set(key, {
      process: record.process,
      error: thrown.error,
      times,
      sentence: say(record, thrown, times),
    })
  }
  return [...found.values()].slice(0, MAX_ERRORS)
}

interface Thrown {
  readonly where: string
  readonly error: string
}

function thrownBy(record: RunRecord, started: ReadonlySet<string>): Thrown | undefined {
  switch (record.kind) {
    case 'kafka.handled':
      return record.ok
        ? undefined
        : { where: `on ${sayMessage(record.label)}`, error: record.error ?? 'nothing' }
    case 'process.crash':
      if (isPlannedCrash(record)) return undefined
      return { where: whereOf(record, started), error: record.reason }
    case 'process.gave-up':
      return { where: whereOf(record, started), error: record.reason }
    default:
      return undefined
  }
}

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
