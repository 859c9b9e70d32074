import { expect, test } from 'vitest'
import { createActor } from 'xstate'
import { appended, traceOf } from '#simulator/trace/trace-of.ts'
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { createDisplayTime } from './display-time.ts'
import { player, type Tape } from './player.ts'
import { createPlayingTime } from './playing-time.ts'

const RECORDS = traceOf(
  appended('orders', 0, { t: 0 }),
  { kind: 'observe', model: 'stock', rows: {}, removed: [], drift: 0 },
  appended('orders', 1, { t: 100 }),
  appended('orders', 2, { t: 100_000 }),
)

const tapeOf = (records: readonly TraceRecord[]): Tape => ({
  records,
  time: createPlayingTime(records, createDisplayTime(records)),
})

function start(at?: number, tape = tapeOf(RECORDS)) {
  const actor = createActor(player, { input: { tape, ...(at === undefined ? {} : { at }) } })
  actor.start()
  return {
    send: actor.send,
    get seq() {
      return actor.getSnapshot().context.seq
    },
    get state() {
      return actor.getSnapshot().value
    },
    get virtualMs() {
      const { tape, playMs } = actor.getSnapshot().context
      return tape.time.virtualAt(playMs)
    },
  }
}

test('stepping stops at what is worth seeing, forwards and backwards, and at both ends', () => {
  const played = start(0)
  const seen = [0]
  for (let step = 0; step < 4; step++) {
    played.send({ type: 'step' })
    seen.push(played.seq)
  }
  for (let step = 0; step < 4; step++) {
    played.send({ type: 'stepBack' })
    seen.push(played.seq)
  }
  expect(seen).toEqual([0, 1, 3, 4, 4, 3, 1, 0, 0])
})

test('playing goes from the beginning to the end, where it pauses', () => {
  const played = start()
  expect([played.seq, played.state]).toEqual([4, 'paused'])
  played.send({ type: 'toggle' })
  expect([played.seq, played.state, played.virtualMs]).toEqual([0, 'playing', 0])
  const seen = new Set<number>()
  for (let tick = 0; tick < 200 && played.state === 'playing'; tick++) {
    played.send({ type: 'tick', elapsedMs: 16 })
    seen.add(played.seq)
  }
  expect([...seen]).toEqual([0, 2, 3, 4])
  expect([played.state, played.virtualMs]).toEqual(['paused', 100_000])
})

test('a faster player needs fewer ticks', () => {
  const ticksAt = (speed: number) => {
    const played = start(0)
    played.send({ type: 'speed', speed })
    played.send({ type: 'play' })
    let ticks = 0
    for (; played.state === 'playing'; ticks++) played.send({ type: 'tick', elapsedMs: 10 })
    return ticks
  }
  expect(ticksAt(0.25) / ticksAt(1)).toBeCloseTo(4, 0)
  expect(ticksAt(1) / ticksAt(4)).toBeCloseTo(4, 0)
})

test('scrubbing while it plays goes on from there', () => {
  const played = start(0)
  played.send({ type: 'play' })
  played.send({ type: 'seek', seq: 3 })
  expect([played.seq, played.state, played.virtualMs]).toEqual([3, 'playing', 100])
  played.send({ type: 'seek', seq: 99 })
  expect([played.seq, played.state]).toEqual([4, 'paused'])
})

test('a new run keeps the moment as far as it begins alike, and goes on playing', () => {
  const other = tapeOf([...RECORDS.slice(0, 3), { ...RECORDS[3]!, process: 'second' }])
  const early = start(3)
  early.send({ type: 'play' })
  early.send({ type: 'replace', tape: other })
  expect([early.seq, early.state]).toEqual([3, 'playing'])

  const differing = start(3)
  differing.send({ type: 'replace', tape: tapeOf([RECORDS[0]!, ...RECORDS.slice(2)]) })
  expect(differing.seq).toBe(1)

  const ended = start()
  ended.send({ type: 'replace', tape: tapeOf(RECORDS.slice(0, 2)) })
  expect([ended.seq, ended.state]).toEqual([2, 'paused'])
})

test('time between two records goes on evenly, and an idle gap takes no longer than others', () => {
  const { time } = tapeOf(RECORDS)
  const from = time.atSeq(3)
  const to = time.atSeq(4)
  expect(time.virtualAt((from + to) / 2)).toBeCloseTo(50_050, 0)
  expect(to - from).toBeLessThan(1000)
})
