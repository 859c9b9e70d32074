/**
 * The events of a run as a ladder shows them, and which of them are the plan's doing.
 */
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { type Drawing, drawRecord, isPlannedCrash, type LaneKey, note } from './ladder-drawing.ts'
import { known, type RecordOf, type RunRecord } from './records.ts'
import { sayMessage } from './sentence.ts'

export interface LadderEvent extends Drawing {
  readonly seq: number
  /** Virtual milliseconds since the start of the run. */
  readonly t: number
  /** True where the plan made it happen. */
  readonly isFault: boolean
  /** True when it only says that a fault strikes, and not what came of it. */
  readonly isNotice: boolean
  /** True for what concerns whoever works there, whatever the work: crashes, restarts, rebalances. */
  readonly isLife: boolean
}

/**
 * The events of a run, in order.
 * @param about left out of message names
 */
export function ladderEvents(traceRecords: readonly TraceRecord[], about = ''): LadderEvent[] {
  const records = traceRecords.map(known)
  const faults = new FaultMarks(records)
  const idle = handledInVain(records)
  const events: LadderEvent[] = []
  for (const record of records) {
    const { seq, t, kind } = record
    const isLife = LIFE.has(kind)
    const add = (drawing: Drawing | undefined, isFault: boolean) => {
      if (drawing !== undefined)
        events.push({ seq, t, ...drawing, isFault, isNotice: kind.startsWith('fault.'), isLife })
    }
    if (record.kind === 'fault.strike') add(faults.noticeOf(record), true)
    else if (record.kind === 'fault.begin' || record.kind === 'fault.end')
      add(drawWindow(record), kind === 'fault.begin')
    else add(drawRecord(record, about), faults.caused(record))
    add(faults.consequenceOf(record), true)
    if (idle.has(seq)) add(drawIdle(record as RecordOf<'kafka.handled'>), false)
    if (record.kind === 'kafka.commit' && record.process === 'world') dropDissolution(events, t)
  }
  return events
}

/**
 * Deliveries whose handler left no row behind, though its process writes rows otherwise: a message taken for a duplicate, or a
 * lost one. By the number of the record that says it was handled. Where several are handled at a time, as in a batch, nobody
 * can tell which of them wrote what.
 */
function handledInVain(records: readonly RunRecord[]): ReadonlySet<number> {
  const writers = new Set<string>()
  /** By record: the delivery it follows from. */
  const deliveryOf = new Map<number, number>()
  const written = new Set<number>()
  /** By process: the deliveries it is handling. */
  const open = new Map<string, Set<number>>()
  const entangled = new Set<number>()
  const handled: RecordOf<'kafka.handled'>[] = []
  for (const record of records) {
    const { kind, seq, process, cause } = record
    const delivery = kind === 'kafka.deliver' ? seq : deliveryOf.get(cause)
    if (delivery !== undefined) deliveryOf.set(seq, delivery)
    if (kind === 'kafka.deliver') {
      const others = open.get(process) ?? new Set()
      open.set(process, others.add(seq))
      if (others.size > 1) for (const other of others) entangled.add(other)
    } else if (kind === 'kafka.handled') {
      open.get(process)?.delete(cause)
      if (record.ok) handled.push(record)
    } else if (kind === 'process.crash' || kind === 'process.stop') {
      open.delete(process)
    } else if (kind === 'db.commit' || kind === 'store.append') {
      writers.add(process)
      if (delivery !== undefined) written.add(delivery)
    }
  }
  const idle = handled.filter(
    ({ process, cause }) => writers.has(process) && !written.has(cause) && !entangled.has(cause),
  )
  return new Set(idle.map(({ seq }) => seq))
}

function drawIdle({ process, label }: RecordOf<'kafka.handled'>): Drawing {
  return note(`process ${process}`, 'writes nothing', `${process} writes nothing for ${sayMessage(label)}`)
}

/** A group is dissolved to set it back, which is the operator's doing and no event of its own. */
function dropDissolution(events: LadderEvent[], t: number): void {
  const before = events.at(-2)
  if (before?.key === 'nobody' && before.t === t) events.splice(-2, 1)
}

/** What two events of two runs have in common when they are the same, whenever they happen. */
export function keyOf({ from, to, style, text, key = text }: LadderEvent): string {
  return `${from}>${to}:${style}:${key}`
}

const LIFE: ReadonlySet<string> = new Set([
  'process.start',
  'process.crash',
  'process.stop',
  'process.pause',
  'process.resume',
  'process.gave-up',
  'fault.begin',
  'fault.end',
  'kafka.group',
])

/** Which record shows a strike: the first of these kinds that it caused. The others are shown by what comes of them later. */
const CARRIERS: Readonly<Record<string, readonly RunRecord['kind'][]>> = {
  error: ['db.error'],
  'lost-write': ['kafka.lost'],
  'ack-lost': ['kafka.append', 'kafka.commit', 'store.append'],
  hold: ['kafka.append', 'kafka.commit'],
  conflict: ['store.conflict'],
  'late-commit': ['store.append'],
}
const SHOWN_LATER: ReadonlySet<string> = new Set(['crash', 'pause', 'duplicate'])

const STRIKES: Readonly<Record<string, string>> = {
  hold: 'is held back',
  poison: 'is unreadable',
  rebalance: 'must rebalance',
  'ack-lost': '✗ no answer comes',
  'late-commit': 'commits late',
}

class FaultMarks {
  /** Records that show a strike, by number. */
  readonly #carriers = new Map<number, RecordOf<'fault.strike'>>()
  readonly #carried = new Set<number>()
  readonly #windows = new Set<number>()
  /** Messages that are to come twice, by process and label. */
  readonly #doubled = new Set<string>()

  constructor(records: readonly RunRecord[]) {
    const strikes = new Map<number, RecordOf<'fault.strike'>>()
    for (const record of records) {
      if (record.kind === 'fault.strike') strikes.set(record.seq, record)
      if (record.kind === 'fault.begin') this.#windows.add(record.seq)
      const strike = strikes.get(record.cause)
      if (strike === undefined || this.#carried.has(strike.seq)) continue
      if (CARRIERS[strike.fault]?.includes(record.kind) !== true) continue
      this.#carriers.set(record.seq, strike)
      this.#carried.add(strike.seq)
    }
  }

  /** A note for a strike that nothing else shows. */
  noticeOf({ seq, process, fault, site }: RecordOf<'fault.strike'>): Drawing | undefined {
    if (fault === 'duplicate')
      this.#doubled.add(`${process} ${/^[^/]*\/deliver (.*)#\d+$/.exec(site)?.[1] ?? ''}`)
    // A handler that is made to fail says so itself.
    if (
      this.#carried.has(seq) ||
      SHOWN_LATER.has(fault) ||
      (fault === 'error' && /^[^/]*\/deliver /.test(site))
    )
      return undefined
    const isSend = /^[^/]*\/send /.test(site)
    const text =
      fault === 'error' ? (isSend ? '✗ the send fails' : '✗ the call fails') : (STRIKES[fault] ?? fault)
    return note(`process ${process}`, text, `${process} suffers the fault ${fault}`)
  }

  /** Whether a record is the plan's doing. */
  caused(record: RunRecord): boolean {
    switch (record.kind) {
      case 'process.crash':
        return isPlannedCrash(record)
      case 'process.start':
        return this.#windows.has(record.cause)
      case 'process.pause':
      case 'kafka.lost':
      case 'kafka.retention':
        return true
      case 'kafka.deliver':
        return record.redelivery && this.#doubled.has(`${record.process} ${record.label}`)
      case 'kafka.handled':
        return record.error?.endsWith('as the plan says') === true
      case 'kafka.commit':
        // Nobody in the run goes back: the group's position was reset.
        return record.process === 'world' || this.#carriers.get(record.seq)?.fault === 'hold'
      default: {
        const fault = this.#carriers.get(record.seq)?.fault
        return fault !== undefined && fault !== 'ack-lost'
      }
    }
  }

  /** What follows from a strike without a record of its own. */
  consequenceOf(record: RunRecord): Drawing | undefined {
    if (this.#carriers.get(record.seq)?.fault !== 'ack-lost') return undefined
    const what = 'label' in record ? sayMessage(record.label) : 'what it did'
    return note(
      `process ${record.process}`,
      '✗ no acknowledgement',
      `${record.process} never gets the acknowledgement for ${what}`,
    )
  }
}

/** Windows that are seen by what comes of them at once. */
const EVIDENT: ReadonlySet<string> = new Set([
  'crash',
  'down',
  'pause',
  'second-instance',
  'retention',
  'old-data',
])
const WINDOWS: Readonly<Record<string, string>> = {
  'broker-down': 'is unreachable',
  disconnected: 'is cut off',
  slow: 'is slow now',
  failing: 'refuses now',
  'timeout-after': 'answers no more',
  'database-busy': 'database busy',
  'disk-full': 'disk full',
  'clock-skew': 'clock is off',
  'schema-change': 'new version',
  rebalance: 'must rebalance',
}

function drawWindow({ kind, fault, service }: RecordOf<'fault.begin' | 'fault.end'>): Drawing | undefined {
  if (EVIDENT.has(fault)) return undefined
  const lane: LaneKey = service === '' || service === 'kafka' ? 'kafka' : `process ${service}`
  const who = service === '' ? 'kafka' : service
  if (kind === 'fault.end') return note(lane, `${fault} ends`, `the fault ${fault} of ${who} ends`)
  return note(lane, WINDOWS[fault] ?? fault, `the fault ${fault} of ${who} begins`)
}
