/**
 * Runs that go round in circles: a failing handler and its retries are shown once and counted.
 */
import type { LaneKey } from './ladder-drawing.ts'
import { keyOf, type LadderEvent } from './ladder-event.ts'

/** The longest round that is recognised when it is gone again and again: a delivery, what it leads to, a failure. */
const MAX_ROUND = 8
/** A round gone twice may be the point of the picture; from the third time on it is a circle. */
const MIN_ROUNDS = 3

/** Rounds that are gone again and again are shown once and counted; notes that repeat each other are counted at once. */
export function countRounds(events: readonly LadderEvent[]): LadderEvent[] {
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
