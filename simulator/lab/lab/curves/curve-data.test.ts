import { describe, expect, it } from 'vitest'
import { appended } from '#simulator/trace/trace-of.ts'
import { runOf } from '../axis/run-of.ts'
import { timeAxisOf } from '../axis/time-axis.ts'
import { curvesOf, sayCurves } from './curve-data.ts'

const assigned = {
  kind: 'kafka.group' as const,
  t: 0,
  group: 'search',
  state: 'Stable' as const,
  generation: 1,
  members: [{ member: 'search-1', process: 'search', partitions: ['order.events/0'] }],
}
const committed = (t: number, offset: number) => ({
  kind: 'kafka.commit' as const,
  t,
  group: 'search',
  topic: 'order.events',
  partition: 0,
  offset,
})
const observed = (t: number, drift: number) => ({
  kind: 'observe' as const,
  t,
  model: 'search',
  rows: {},
  removed: [],
  drift,
})

const run = runOf(
  assigned,
  appended('order.events', 0, { t: 100 }),
  appended('order.events', 1, { t: 300 }),
  observed(400, 2),
  committed(600, 2),
  observed(800, 0),
)

describe('curves', () => {
  it('have both sides of every jump, so that the line between is straight', () => {
    const { columns } = curvesOf(run).messages
    const [places, messages] = columns
    const at = timeAxisOf(run).xOf(300)
    const index = places.indexOf(at)
    expect(messages![index]).toBe(2)
    expect(messages![index - 1]).toBe(1)
    expect(at - places[index - 1]!).toBeLessThan(0.0001)
  })

  it('come in ascending order of place, each as long as the places', () => {
    for (const { columns } of Object.values(curvesOf(run))) {
      const [places, ...values] = columns
      expect([...places]).toEqual([...places].sort((a, b) => a - b))
      for (const column of values) expect(column).toHaveLength(places.length)
    }
  })

  it('know the worst age, right before it fell', () => {
    expect(curvesOf(run).age.curves[0]!.worst).toBeCloseTo(0.5, 2)
  })

  it('are prepared once for a run', () => {
    expect(curvesOf(run)).toBe(curvesOf(run))
  })
})

describe('in words', () => {
  it('who is behind is named with messages and age, and what is wrong with its rows', () => {
    expect(sayCurves(curvesOf(run), 500)).toBe(
      'search: 2 messages behind, oldest 0.4 s · search: 2 rows wrong.',
    )
  })

  it('nobody is named when all is well', () => {
    expect(sayCurves(curvesOf(run), 800)).toBe('No consumer is behind and no row is wrong.')
  })
})
