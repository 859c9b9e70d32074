/**
 * The story of one order (or product, or whatever the run is about): all that concerns it, in causal order, as sentences.
 */
import { type Concern, concerning } from './concern.ts'
import type { Fold } from './fold.ts'
import { formatTime, sentenceOf } from './sentence.ts'

export interface StoryLine {
  readonly seq: number
  /** Milliseconds since the start of the run. */
  readonly t: number
  readonly process: string
  readonly text: string
}

/** Collects what a story needs; `tell` makes the sentences. */
export function createStory(subject: string): Fold<Concern> {
  return concerning(subject)
}

export function tell(concern: Concern): StoryLine[] {
  return concern.records().map(record => ({
    seq: record.seq,
    t: record.t,
    process: record.process,
    text: sentenceOf(record, concern.subject),
  }))
}

/** The story as text, one line each, with the time in front: `  0.120 s  shopper → gateway  POST /orders`. */
export function formatStory(lines: readonly StoryLine[]): string {
  const times = lines.map(line => formatTime(line.t))
  const width = Math.max(0, ...times.map(time => time.length))
  return lines.map((line, index) => `${times[index]!.padStart(width)}  ${line.text}`).join('\n')
}
