import { expect, test } from 'vitest'
import { inFlight, TRAVEL_MS } from './in-flight.ts'
import type { Motion } from './motions.ts'

/** A record every 100 ms; every second of them moves something. */
const time = {
  durationMs: 10_000,
  atSeq: (seq: number) => seq * 100,
  seqAt: (playMs: number) => Math.floor(playMs / 100),
  virtualAt: (playMs: number) => playMs,
}
const motions = Array.from({ length: 100 }, (_, index): Motion | undefined =>
  index % 2 === 0 ? { seq: index + 1, edge: 'a', isBack: false, tone: 'event', text: '' } : undefined,
)
const at = (playMs: number, speed = 1) => ({
  tape: { records: [], time },
  seq: time.seqAt(playMs),
  playMs,
  speed,
})

test('what has set out lately is on its way, the latest first', () => {
  const moving = inFlight(motions, at(2000), true, 80)
  expect(moving.map(({ motion }) => motion.seq)).toEqual([19, 17, 15])
  expect(moving.map(({ share }) => share.toFixed(2))).toEqual(
    [100, 300, 500].map(sinceMs => (sinceMs / TRAVEL_MS).toFixed(2)),
  )
})

test('at a higher speed a message is seen just as long, so that more are on their way', () => {
  expect(inFlight(motions, at(8000, 4), true, 80).length).toBeGreaterThan(10)
  expect(inFlight(motions, at(8000, 4), true, 5)).toHaveLength(5)
})

test('what has just happened is shown half way when somebody looks at a single moment', () => {
  const [latest, before] = inFlight(motions, at(1900), false, 80)
  expect(latest).toMatchObject({ share: 0.5, isFocus: true })
  expect(before?.isFocus).toBe(false)
  expect(inFlight(motions, at(1900), true, 80)[0]).toMatchObject({ share: 0, isFocus: false })
})

test('at the beginning nothing moves', () => {
  expect(inFlight(motions, at(0), false, 80)).toEqual([])
})
