/**
 * Which messages are on their way at a moment, and how far each has come.
 */
import type { Motion } from './motions.ts'
import type { PlayerState } from './player.ts'

export interface Moving {
  readonly motion: Motion
  /** From 0 at its start to 1 at its arrival. */
  readonly share: number
  /** What has just happened, when somebody looks at a single moment. */
  readonly isFocus: boolean
}

/** How long a message is to be seen, in real time; in slow motion it takes longer. */
export const TRAVEL_MS = 650
/** No more records than these are looked at: in a burst of thousands the latest stand for all. */
const LOOKING_BACK = 2000

/** @returns the latest first, at most `max` */
export function inFlight(
  motions: readonly (Motion | undefined)[],
  { tape, seq, playMs, speed }: Pick<PlayerState, 'tape' | 'seq' | 'playMs' | 'speed'>,
  isPlaying: boolean,
  max: number,
): readonly Moving[] {
  const travelMs = TRAVEL_MS * Math.max(1, speed)
  const moving: Moving[] = []
  const oldest = Math.max(1, seq - LOOKING_BACK)
  for (let other = seq; other >= oldest && moving.length < max; other--) {
    const share = (playMs - tape.time.atSeq(other)) / travelMs
    if (share >= 1) break
    const motion = motions[other - 1]
    if (motion === undefined) continue
    const isFocus = !isPlaying && other === seq
    moving.push({ motion, share: isFocus ? Math.max(0.5, share) : share, isFocus })
  }
  return moving
}
