/**
 * A ladder: two runs side by side as far as they concern some subjects, row by row, with the place where they part.
 */
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { type Aligned, align } from './align.ts'
import { concerning } from './concern.ts'
import type { LaneKey } from './ladder-drawing.ts'
import { type LadderEvent, ladderEvents } from './ladder-event.ts'
import { known, type RunRecord } from './records.ts'

/** Plain data. */
export interface Ladder {
  /** What all messages on the ladder are about, if it is one thing; it is left out of their names. */
  readonly about: string
  readonly lanes: readonly string[]
  readonly left: LadderSide
  /** Missing when there is one run only. */
  readonly right?: LadderSide
  readonly rows: readonly LadderRow[]
  /** The first thing that differs; missing when there is one run only, or nothing that does. */
  readonly parting?: Parting
}

/** What either run does where they part, as clauses; a side is missing when its run has come to its end. */
export interface Parting {
  readonly left?: { readonly t: number; readonly clause: string }
  readonly right?: { readonly t: number; readonly clause: string }
}

export interface LadderSide {
  /** "with the crash" */
  readonly title: string
  readonly holds: boolean
  /** What came of it: "stock of chai is 41 instead of 43". */
  readonly result: string
}

export type LadderRow =
  | {
      readonly kind: 'step'
      /** Whether both runs do the same here. Always true when there is one run only. */
      readonly isSame: boolean
      /** True for the one row at which the runs part. */
      readonly isParting: boolean
      readonly left?: LadderCell
      readonly right?: LadderCell
    }
  /** So many steps of each run are left out. */
  | { readonly kind: 'fold'; readonly left: number; readonly right: number; readonly isSame: boolean }

type StepRow = Extract<LadderRow, { kind: 'step' }>

export interface LadderCell {
  /** Virtual milliseconds since the start of the run. */
  readonly t: number
  /** Positions of lanes; a note has no `to`. */
  readonly from: number
  readonly to?: number
  readonly style: LadderEvent['style']
  readonly text: string
  /** What becomes of the lane it starts from, from here on: a process that is dead has none. */
  readonly lifeline?: LadderEvent['lifeline']
  /** The plan made it happen. */
  readonly isFault: boolean
}

export interface LadderRun {
  readonly records: readonly TraceRecord[]
  readonly title: string
  readonly holds: boolean
  readonly result: string
}

export interface LadderOptions {
  /** Whose records are shown; with neither subjects nor labels, everybody's. */
  readonly subjects?: readonly string[]
  /** Messages that are shown, too, whoever they are about. */
  readonly labels?: readonly string[]
  /** Rows there may be, folds included. Default 24. */
  readonly maxRows?: number
}

export function buildLadder(
  left: LadderRun,
  right: LadderRun | undefined,
  options: LadderOptions = {},
): Ladder {
  const { maxRows = 24 } = options
  const runs = right === undefined ? [left] : [left, right]
  const relevant = runs.map(({ records }) => relevantRecords(records, options))
  const about = commonKey(relevant.flat())
  const events = runs.map(({ records }) => ladderEvents(records, about))
  const parties = new Set(relevant.flat().map(({ process }) => process))
  const [leftShown, rightShown] = events.map((all, index) => {
    const seqs = new Set(relevant[index]!.map(({ seq }) => seq))
    const isShown = (event: LadderEvent) =>
      seqs.has(event.seq) || (event.isLife && (parties.size === 0 || concernsAny(event, parties)))
    return countRounds(all.filter(isShown)).slice(0, MAX_EVENTS)
  })
  const parting = rightShown && (partingOf(leftShown!, rightShown) ?? partingOf(events[0]!, events[1]!))
  const aligned = align(leftShown!, rightShown ?? leftShown!, keyOf)
  const lanes = lanesOf([...leftShown!, ...(rightShown ?? [])])
  const partingRow = partingRowOf(aligned)
  const rows = aligned.map((row, index): StepRow => {
    const cell = (event: LadderEvent | undefined) => (event === undefined ? undefined : cellOf(event, lanes))
    const leftCell = cell(row.left)
    const rightCell = right === undefined ? undefined : cell(row.right)
    return {
      kind: 'step',
      isSame: row.left !== undefined && row.right !== undefined,
      isParting: index === partingRow,
      ...(leftCell === undefined ? {} : { left: leftCell }),
      ...(rightCell === undefined ? {} : { right: rightCell }),
    }
  })
  return {
    about,
    lanes: lanes.map(titleOf(lanes)),
    left: sideOf(left),
    ...(right === undefined ? {} : { right: sideOf(right) }),
    rows: foldRows(rows, maxRows),
    ...(parting === undefined ? {} : { parting }),
  }
}

/** Notices that a fault strikes aside: what follows from a fault says more than that it struck. */
function partingOf(left: readonly LadderEvent[], right: readonly LadderEvent[]): Parting | undefined {
  const a = left.filter(({ isNotice }) => !isNotice)
  const b = right.filter(({ isNotice }) => !isNotice)
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [one, other] = [a[index], b[index]]
    if (one !== undefined && other !== undefined && one.t === other.t && keyOf(one) === keyOf(other)) continue
    const clause = (event: LadderEvent) => ({ t: event.t, clause: event.clause })
    return {
      ...(one === undefined ? {} : { left: clause(one) }),
      ...(other === undefined ? {} : { right: clause(other) }),
    }
  }
  return undefined
}

/** The row where the runs part; notices of the fault that made them part belong to it. */
function partingRowOf(rows: readonly Aligned<LadderEvent>[]): number {
  let row = rows.findIndex(
    ({ left, right }) =>
      !(left ?? right)!.isNotice && (left === undefined || right === undefined || left.t !== right.t),
  )
  while (row > 0 && rows[row - 1]!.right === undefined) row--
  return row
}

/** A run that goes round in circles adds nothing to the picture. */
const MAX_EVENTS = 2_000

function keyOf({ from, to, style, text, key = text }: LadderEvent): string {
  return `${from}>${to}:${style}:${key}`
}

function relevantRecords(
  records: readonly TraceRecord[],
  { subjects = [], labels = [] }: LadderOptions,
): RunRecord[] {
  if (subjects.length === 0 && labels.length === 0) return records.map(known)
  const seqs = new Set<number>()
  for (const subject of subjects) {
    const { initial, apply } = concerning(subject)
    const concern = initial()
    for (const record of records) apply(concern, record)
    for (const { seq } of concern.records()) seqs.add(seq)
  }
  const wanted = new Set(labels)
  const causes = new Set<number>()
  for (const record of records.map(known)) {
    const names = 'label' in record
    const isWanted = names
      ? wanted.has(record.label)
      : record.kind !== 'process.start' && causes.has(record.cause)
    if (!isWanted) continue
    causes.add(record.seq)
    seqs.add(record.seq)
  }
  addFirstCommits(records, seqs)
  return records.map(known).filter(({ seq }) => seqs.has(seq))
}

/** A message is done with at the first commit beyond it, whichever message led to that commit. */
function addFirstCommits(records: readonly TraceRecord[], seqs: Set<number>): void {
  const waiting = new Map<string, number>()
  for (const record of records.map(known)) {
    if (record.kind === 'kafka.deliver' && seqs.has(record.seq)) {
      const place = `${record.group} ${record.topic}/${record.partition}`
      waiting.set(place, Math.max(waiting.get(place) ?? 0, record.offset))
    } else if (record.kind === 'kafka.commit') {
      const place = `${record.group} ${record.topic}/${record.partition}`
      const offset = waiting.get(place)
      if (offset === undefined || record.offset <= offset) continue
      seqs.add(record.seq)
      waiting.delete(place)
    }
  }
}

/** The key all messages have in common: `order-1` of `order-1/OrderPlaced` and `order-1/StockReserved`. */
function commonKey(records: readonly RunRecord[]): string {
  const keys = new Set<string>()
  for (const record of records) {
    if (record.kind !== 'kafka.append' && record.kind !== 'kafka.deliver') continue
    keys.add(record.label.slice(0, Math.max(0, record.label.lastIndexOf('/'))))
  }
  return keys.size === 1 ? [...keys][0]! : ''
}

function concernsAny({ from }: LadderEvent, parties: ReadonlySet<string>): boolean {
  return from === 'kafka' || parties.has(from.slice(from.indexOf(' ') + 1))
}

/** The longest round that is recognised when it is gone again and again: a delivery, what it leads to, a failure. */
const MAX_ROUND = 8
/** A round gone twice may be the point of the picture; from the third time on it is a circle. */
const MIN_ROUNDS = 3

/** Rounds that are gone again and again are shown once and counted; notes that repeat each other are counted at once. */
function countRounds(events: readonly LadderEvent[]): LadderEvent[] {
  const keys = events.map(keyOf)
  const counted: LadderEvent[] = []
  for (let at = 0; at < events.length; ) {
    const event = events[at]!
    const notes = event.style === 'note' ? roundsFrom(keys, at, 1) : 1
    if (notes > 1) {
      counted.push({ ...event, text: `${event.text} ×${notes}` })
      at += notes
      continue
    }
    let length = 1
    while (length <= MAX_ROUND && roundsFrom(keys, at, length) < MIN_ROUNDS) length++
    if (length > MAX_ROUND) {
      counted.push(event)
      at++
      continue
    }
    const rounds = roundsFrom(keys, at, length)
    const again = events[at + length]!
    counted.push(...events.slice(at, at + length), {
      ...again,
      from: laneOfNote(events.slice(at, at + length)),
      style: 'note',
      text: `… and so on, ${rounds - 1} more times`,
      key: 'and so on',
      clause: 'the same happens again and again',
    })
    at += length * rounds
  }
  // The note that stands for many events is no arrow, whatever the event it was made from.
  return counted.map(event => (event.key === 'and so on' ? withoutTarget(event) : event))
}

function roundsFrom(keys: readonly string[], at: number, length: number): number {
  let rounds = 1
  while (
    Array.from({ length }, (_, index) => index).every(
      index => keys[at + rounds * length + index] === keys[at + index],
    )
  )
    rounds++
  return rounds
}

function laneOfNote(round: readonly LadderEvent[]): LaneKey {
  const lanes = round.flatMap(({ from, to }) => (to === undefined ? [from] : [from, to]))
  return lanes.find(lane => lane.startsWith('process ')) ?? lanes[0]!
}

function withoutTarget({ to: _, lifeline: __, ...event }: LadderEvent): LadderEvent {
  return event
}

/** The processes that stand for people. */
const PEOPLE: ReadonlySet<LaneKey> = new Set(['process shopper', 'process operator'])

/** People, then Kafka, then services, each followed by what it stores in. */
function lanesOf(events: readonly LadderEvent[]): LaneKey[] {
  const met = new Set<LaneKey>()
  const ownerOf = new Map<LaneKey, LaneKey>()
  for (const { from, to } of events) {
    met.add(from)
    if (to === undefined) continue
    met.add(to)
    if (isStorage(to) && !ownerOf.has(to)) ownerOf.set(to, from)
    if (isStorage(from) && !ownerOf.has(from)) ownerOf.set(from, to)
  }
  const lanes = [...met].filter(lane => PEOPLE.has(lane))
  if (met.has('kafka')) lanes.push('kafka')
  for (const lane of met) {
    if (lane === 'kafka' || PEOPLE.has(lane) || (isStorage(lane) && ownerOf.has(lane))) continue
    lanes.push(lane, ...[...met].filter(other => ownerOf.get(other) === lane))
  }
  return lanes
}

function isStorage(lane: LaneKey): boolean {
  return lane.startsWith('database ') || lane.startsWith('store ')
}

function titleOf(lanes: readonly LaneKey[]): (lane: LaneKey) => string {
  return lane => {
    if (lane === 'kafka') return 'Kafka'
    const [kind, name] = [lane.slice(0, lane.indexOf(' ')), lane.slice(lane.indexOf(' ') + 1)]
    if (kind === 'process') return name
    const isOnly = lanes.filter(other => other.startsWith(kind)).length === 1
    return isOnly
      ? kind === 'database'
        ? 'database'
        : 'event store'
      : `${name} ${kind === 'database' ? 'db' : kind}`
  }
}

function cellOf(
  { t, from, to, style, text, lifeline, isFault }: LadderEvent,
  lanes: readonly LaneKey[],
): LadderCell {
  return {
    t,
    from: lanes.indexOf(from),
    ...(to === undefined ? {} : { to: lanes.indexOf(to) }),
    style,
    text,
    ...(lifeline === undefined ? {} : { lifeline }),
    isFault,
  }
}

function sideOf({ title, holds, result }: LadderRun): LadderSide {
  return { title, holds, result }
}

/** Equal rows kept before the runs part, after which they serve to find one's way again, and between two differences. */
const KEPT_BEFORE = 5
const KEPT_AFTER = 2

function foldRows(rows: readonly StepRow[], maxRows: number): LadderRow[] {
  const parting = rows.findIndex(row => row.isParting)
  const kept = rows.map((row, index) => {
    if (!row.isSame || parting === -1) return true
    if (index < parting) return index >= parting - KEPT_BEFORE || row.left?.isFault === true
    return rows.slice(Math.max(0, index - KEPT_AFTER), index + KEPT_AFTER + 1).some(other => !other.isSame)
  })
  const folded = fold(rows, kept)
  if (folded.length <= maxRows) return folded
  // The beginning and the place where the runs part say most, and the end shows what came of it.
  const ending = 4
  const start = Math.max(0, Math.min(parting - KEPT_BEFORE, rows.length - maxRows))
  let room = maxRows - ending - 2
  return fold(
    rows,
    rows.map((_, index) => {
      if (index >= rows.length - ending) return true
      if (index < start || !kept[index] || room === 0) return false
      room--
      return true
    }),
  )
}

/** A fold takes a row itself, and hides what was there. */
const WORTH_FOLDING = 3

function fold(rows: readonly StepRow[], kept: readonly boolean[]): LadderRow[] {
  const folded: LadderRow[] = []
  let left: StepRow[] = []
  const flush = () => {
    const isSame = left.every(row => row.isSame)
    const count = (side: 'left' | 'right') => left.filter(row => row[side] !== undefined).length
    if (left.length < WORTH_FOLDING) folded.push(...left)
    else folded.push({ kind: 'fold', left: count('left'), right: count('right'), isSame })
    left = []
  }
  for (const [index, row] of rows.entries()) {
    if (!kept[index]) {
      left.push(row)
      continue
    }
    flush()
    folded.push(row)
  }
  flush()
  return folded
}
