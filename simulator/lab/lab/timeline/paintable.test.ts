import { describe, expect, it } from 'vitest'
import { parseFault } from '#simulator/faults/plan.ts'
import { writeShortForm } from '#simulator/faults/short-form.ts'
import { runOf } from '../axis/run-of.ts'
import { lanesOf } from './lanes.ts'
import { createFault, laneOf, PAINTABLE, paintableOn, targetsOf } from './paintable.ts'

const { topology } = runOf()
const targets = targetsOf(topology)
const lanes = lanesOf(topology)
const window = { from: 500, for: 2000 }

describe('what is painted', () => {
  it.each(PAINTABLE.map(({ kind }) => kind))(
    '%s is a fault that the catalogue takes and a link can hold',
    kind => {
      const paintable = PAINTABLE.find(entry => entry.kind === kind)!
      const lane = lanes.find(entry => paintable.on.includes(entry.kind))!
      const fault = createFault(paintable, lane, window, targets)
      expect(parseFault(writeShortForm(fault), 'test', targets)).toEqual(fault)
      expect(fault.from).toBe(500)
      expect(fault.for).toBe(paintable.hasLength ? 2000 : undefined)
      expect(laneOf(fault)).toBe(lane.name)
    },
  )

  it('is what is in hand where the row can suffer it, and otherwise what the row can', () => {
    const kindOn = (name: string, chosen: string) =>
      paintableOn(lanes.find(lane => lane.name === name)!, chosen).kind
    expect(kindOn('search', 'disk-full')).toBe('disk-full')
    expect(kindOn('psp', 'slow')).toBe('slow')
    expect(kindOn('psp', 'disk-full')).toBe('down')
    expect(kindOn('kafka', 'slow')).toBe('broker-down')
  })
})
