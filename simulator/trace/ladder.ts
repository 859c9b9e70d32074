/**
 * A ladder: two runs side by side as far as they concern some subjects, row by row, with the place where they part.
 */
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { type Aligned, align } from './align.ts'
import type { LaneKey } from './ladder-drawing.ts'
import { keyOf, type LadderEvent, ladderEvents } from './ladder-event.ts'
import { foldRows } from './ladder-folds.ts'
import { lanesOf, titleOf, withinLanes } from './ladder-lanes.ts'
import { commonKey, relevantRecords } from './ladder-relevance.ts'
import { countRounds } from './ladder-rounds.ts'

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

export type StepRow = Extract<LadderRow, { kind: 'step' }>

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
  const shown = events.map((all, index) => {
    const seqs = new Set(relevant[index]!.map(({ seq }) => seq))
    const isShown = (event: LadderEvent) =>
      seqs.has(event.seq) || (event.isLife && (parties.size === 0 || concernsAny(event, parties)))
    return countRounds(all.filter(isShown)).slice(0, MAX_EVENTS)
  })
  const alignShown = (isShown: (event: LadderEvent) => boolean) =>
    align(shown[0]!.filter(isShown), (shown[1] ?? shown[0]!).filter(isShown), keyOf)
  const isWithin = withinLanes(alignShown(() => true))
  const aligned = alignShown(isWithin)
  const lanes = lanesOf(shown.flat().filter(isWithin))
  const parting =
    right &&
    (partingOf(shown[0]!.filter(isWithin), shown[1]!.filter(isWithin)) ?? partingOf(events[0]!, events[1]!))
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

function concernsAny({ from }: LadderEvent, parties: ReadonlySet<string>): boolean {
  return from === 'kafka' || parties.has(from.slice(from.indexOf(' ') + 1))
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
