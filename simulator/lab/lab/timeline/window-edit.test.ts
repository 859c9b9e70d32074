import { describe, expect, it } from 'vitest'
import { moveWindow, paintWindow, resizeWindow, roundTo, sensibleStepMs, tracksOf } from './window-edit.ts'

const down = { kind: 'down', service: 'search', from: 1000, for: 2000 }

describe('sensible steps', () => {
  it('are the next of 1, 2, 5, 10, …', () => {
    expect([0.2, 1, 1.5, 3, 7, 45, 120, 501].map(sensibleStepMs)).toEqual([1, 1, 2, 5, 10, 50, 200, 1000])
  })

  it('never round to a moment before the run', () => {
    expect(roundTo(-300, 100)).toBe(0)
  })
})

describe('painting', () => {
  it('makes the same window whichever end the pointer began at', () => {
    expect(paintWindow(1240, 480, 100)).toEqual({ from: 500, for: 700 })
    expect(paintWindow(480, 1240, 100)).toEqual({ from: 500, for: 700 })
  })

  it('makes a window of at least one step', () => {
    expect(paintWindow(510, 520, 100)).toEqual({ from: 500, for: 100 })
  })
})

describe('moving', () => {
  it('keeps the length and everything else', () => {
    expect(moveWindow({ ...down, by: 5 }, 1630, 100)).toEqual({ ...down, by: 5, from: 1600 })
  })

  it('stops at the beginning of the run', () => {
    expect(moveWindow(down, -500, 100).from).toBe(0)
  })
})

describe('resizing', () => {
  it('moves the end and leaves the beginning', () => {
    expect(resizeWindow(down, 'end', 4030, 100, 9000)).toEqual({ ...down, for: 3000 })
  })

  it('moves the beginning and leaves the end', () => {
    expect(resizeWindow(down, 'start', 470, 100, 9000)).toEqual({ ...down, from: 500, for: 2500 })
  })

  it('never turns a window inside out', () => {
    expect(resizeWindow(down, 'end', 200, 100, 9000)).toEqual({ ...down, for: 100 })
    expect(resizeWindow(down, 'start', 8000, 100, 9000)).toEqual({ ...down, from: 2900, for: 100 })
  })

  it('gives an end to a window that had none only when the end is dragged', () => {
    const endless = { kind: 'down', service: 'search', from: 1000 }
    expect(resizeWindow(endless, 'start', 2000, 100, 9000)).toEqual({ ...endless, from: 2000 })
    expect(resizeWindow(endless, 'end', 6000, 100, 9000)).toEqual({ ...endless, for: 5000 })
  })
})

describe('tracks', () => {
  it('keep windows apart that overlap, and let others share one', () => {
    const windows = [
      { fromMs: 0, toMs: 10 },
      { fromMs: 5, toMs: 15 },
      { fromMs: 10, toMs: 20 },
    ]
    expect(tracksOf(windows)).toEqual({ tracks: [0, 1, 0], count: 2 })
  })

  it('there is one even without a window', () => {
    expect(tracksOf([]).count).toBe(1)
  })
})
