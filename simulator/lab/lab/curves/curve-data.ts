/**
 * Lag and drift of a run as columns of numbers over display time, prepared once for each run.
 */
import { drift } from '#simulator/trace/drift.ts'
import { fold } from '#simulator/trace/fold.ts'
import { type LagSeries, lag, lagAt } from '#simulator/trace/lag.ts'
import type { RunResult } from '../../worker/protocol.ts'
import { perRun } from '../axis/per-run.ts'
import { type TimeAxis, timeAxisOf } from '../axis/time-axis.ts'

export type CurveKind = 'messages' | 'age' | 'drift'

export interface Curve {
  /** A consumer group, or a read model. */
  readonly name: string
  readonly worst: number
  /** The value at a moment. */
  at(ms: number): number
  /** The moments at which it jumps. */
  readonly jumpsAt: readonly number[]
}

export interface CurveSet {
  readonly curves: readonly Curve[]
  /** Places on the axis, 0 to 1, ascending; then one column for each curve. */
  readonly columns: readonly [Float64Array, ...Float64Array[]]
}

export const curvesOf = perRun((run: RunResult): Readonly<Record<CurveKind, CurveSet>> => {
  const { groups } = fold(lag, run.records)
  const lags = [...groups.values()].map(({ group, total }) => ({ group, total }))
  const axis = timeAxisOf(run)
  const foldsAt = axis.display.folds.flatMap(({ fromMs, toMs }) => [fromMs, toMs])
  const models = [...fold(drift, run.records).models().values()]
  return {
    messages: tabulate(
      lags.map(({ group, total }) => messagesCurve(group, total)),
      axis,
      [],
    ),
    age: tabulate(
      lags.map(({ group, total }) => ageCurve(group, total, axis.endMs)),
      axis,
      foldsAt,
    ),
    drift: tabulate(
      models.map(({ model, steps, worstRows }) => ({
        name: model,
        worst: worstRows,
        jumpsAt: steps.map(({ t }) => t),
        at: (ms: number) => lastStep(steps, ms)?.rows ?? 0,
      })),
      axis,
      [],
    ),
  }
})

function messagesCurve(name: string, series: LagSeries): Curve {
  const { steps } = series
  return {
    name,
    worst: steps.reduce((worst, { messages }) => Math.max(worst, messages), 0),
    jumpsAt: steps.map(({ t }) => t),
    at: ms => lagAt(series, ms).messages,
  }
}

/** Seconds that the oldest unread message has waited. */
function ageCurve(name: string, series: LagSeries, endMs: number): Curve {
  const { steps } = series
  const at = (ms: number) => lagAt(series, ms).ageMs / 1000
  const ends = steps.slice(1).map(({ t }) => at(t - BEFORE_MS))
  return {
    name,
    worst: Math.max(0, at(endMs), ...thinned(ends)),
    jumpsAt: steps.map(({ t }) => t),
    at,
  }
}

/** A moment so shortly before a jump that nothing lies between. */
const BEFORE_MS = 0.001
/** No screen shows more points. */
const MAX_POINTS = 4000

/** What is spread as arguments must not be too much; the worst of each stretch stays. */
function thinned(values: readonly number[]): number[] {
  const found: number[] = []
  const length = Math.max(1, Math.ceil(values.length / MAX_POINTS))
  for (let at = 0; at < values.length; at += length)
    found.push(values.slice(at, at + length).reduce((worst, value) => Math.max(worst, value), 0))
  return found
}

/** Both sides of every jump, so that straight lines between the points are the curve. */
function tabulate(curves: readonly Curve[], axis: TimeAxis, alsoAt: readonly number[]): CurveSet {
  const moments = new Set<number>([0, axis.endMs, ...alsoAt])
  for (const { jumpsAt } of curves) {
    const every = Math.max(1, Math.ceil(jumpsAt.length / MAX_POINTS))
    for (let index = 0; index < jumpsAt.length; index += every) {
      moments.add(Math.max(0, jumpsAt[index]! - BEFORE_MS))
      moments.add(jumpsAt[index]!)
    }
  }
  const inOrder = Float64Array.from(moments).sort()
  const columns = curves.map(curve => inOrder.map(ms => curve.at(ms)))
  return { curves, columns: [inOrder.map(ms => axis.xOf(ms)), ...columns] }
}

function lastStep<S extends { readonly t: number }>(steps: readonly S[], ms: number): S | undefined {
  let low = 0
  let high = steps.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (steps[middle]!.t <= ms) low = middle + 1
    else high = middle
  }
  return steps[low - 1]
}

/** "search: 14 messages behind, oldest 8.2 s", for each group that is behind; the same for read models. */
export function sayCurves(sets: Readonly<Record<CurveKind, CurveSet>>, ms: number): string {
  const behind = sets.messages.curves.flatMap((curve, index) => {
    const messages = curve.at(ms)
    const ageS = sets.age.curves[index]!.at(ms)
    return messages === 0
      ? []
      : [`${curve.name}: ${messages} ${plural(messages, 'message')} behind, oldest ${ageS.toFixed(1)} s`]
  })
  const wrong = sets.drift.curves.flatMap(({ name, at }) => {
    const rows = at(ms)
    return rows === 0 ? [] : [`${name}: ${rows} ${plural(rows, 'row')} wrong`]
  })
  const found = [...behind, ...wrong]
  return found.length === 0 ? 'No consumer is behind and no row is wrong.' : `${found.join(' · ')}.`
}

function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`
}
