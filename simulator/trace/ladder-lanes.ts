/**
 * The lanes of a ladder: who takes part, in which order, and who is left out where there are too many.
 */
import type { Aligned } from './align.ts'
import type { LaneKey } from './ladder-drawing.ts'
import type { LadderEvent } from './ladder-event.ts'

/** More than this cannot be read. */
const MAX_LANES = 6

/**
 * The events of both runs, without those of processes for which there is no lane: who suffers a fault keeps one, then whoever
 * does something else in the one run than in the other, most of all first.
 */
export function withinLanes(rows: readonly Aligned<LadderEvent>[]): (event: LadderEvent) => boolean {
  const events = rows.flatMap(({ left, right }) => [left, right].filter(event => event !== undefined))
  const all = lanesOf(events)
  if (all.length <= MAX_LANES) return () => true
  const weights = new Map<LaneKey, number>()
  for (const { left, right } of rows) {
    const event = (left ?? right)!
    const weight = event.isFault ? 1000 : left === undefined || right === undefined ? 1 : 0
    for (const lane of processesOf(event)) weights.set(lane, (weights.get(lane) ?? 0) + weight)
  }
  const ranked = [...weights].sort(([, a], [, b]) => b - a).map(([lane]) => lane)
  const chosen = new Set<LaneKey>(['kafka'])
  for (const lane of ranked) {
    const isWithin = (event: LadderEvent) =>
      processesOf(event).every(other => other === lane || chosen.has(other))
    const group = new Set(events.filter(isWithin).flatMap(lanesIn))
    if (new Set([...chosen, ...group]).size > MAX_LANES) continue
    for (const other of group) chosen.add(other)
  }
  return event => lanesIn(event).every(lane => chosen.has(lane))
}

function lanesIn({ from, to }: LadderEvent): LaneKey[] {
  return to === undefined ? [from] : [from, to]
}

function processesOf(event: LadderEvent): LaneKey[] {
  return lanesIn(event).filter(lane => lane.startsWith('process '))
}

/** The processes that stand for people. */
const PEOPLE: ReadonlySet<LaneKey> = new Set(['process shopper', 'process operator'])

/** People, then Kafka, then services, each followed by what it stores in. */
export function lanesOf(events: readonly LadderEvent[]): LaneKey[] {
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

export function titleOf(lanes: readonly LaneKey[]): (lane: LaneKey) => string {
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
