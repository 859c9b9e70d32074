/**
 * The player: which moment of a run is shown, and how it goes on. It knows no clock; whoever drives it tells how much time has passed.
 */
import { assign, setup } from 'xstate'
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { commonPrefix } from './common-prefix.ts'
import type { PlayingTime } from './playing-time.ts'
import { isWorthSeeing } from './worth-seeing.ts'

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16] as const

/** A run as it can be played. */
export interface Tape {
  readonly records: readonly TraceRecord[]
  readonly time: PlayingTime
}

export interface PlayerState {
  readonly tape: Tape
  /** How many records have happened. */
  readonly seq: number
  /** The moment in playing time: at the record `seq`, or between it and the next. */
  readonly playMs: number
  readonly speed: number
}

export type PlayerEvent =
  | { readonly type: 'play' }
  | { readonly type: 'pause' }
  | { readonly type: 'toggle' }
  | { readonly type: 'step' }
  | { readonly type: 'stepBack' }
  | { readonly type: 'seek'; readonly seq: number }
  | { readonly type: 'speed'; readonly speed: number }
  /** @param elapsedMs real milliseconds since the last tick */
  | { readonly type: 'tick'; readonly elapsedMs: number }
  /** Another run, made by another plan or from another file. */
  | { readonly type: 'replace'; readonly tape: Tape }

export interface PlayerInput {
  readonly tape: Tape
  /** The record to begin at; undefined for the end. */
  readonly at?: number
}

export const player = setup({
  types: { context: {} as PlayerState, events: {} as PlayerEvent, input: {} as PlayerInput },
  guards: { isAtEnd: ({ context }) => context.seq >= context.tape.records.length },
  actions: {
    seek: assign(({ context, event }) => (event.type === 'seek' ? momentOf(context.tape, event.seq) : {})),
    step: assign(({ context: { tape, seq } }) => momentOf(tape, nextWorthSeeing(tape.records, seq))),
    stepBack: assign(({ context: { tape, seq } }) => momentOf(tape, previousWorthSeeing(tape.records, seq))),
    rewind: assign(({ context }) => momentOf(context.tape, 0)),
    advance: assign(({ context, event }) =>
      event.type === 'tick' ? advanced(context, event.elapsedMs) : {},
    ),
    setSpeed: assign(({ event }) => (event.type === 'speed' ? { speed: event.speed } : {})),
    replace: assign(({ context, event }) => (event.type === 'replace' ? replaced(context, event.tape) : {})),
  },
}).createMachine({
  id: 'player',
  initial: 'paused',
  context: ({ input: { tape, at = tape.records.length } }) => ({ ...momentOf(tape, at), tape, speed: 1 }),
  on: {
    speed: { actions: 'setSpeed' },
    step: { target: '.paused', actions: 'step' },
    stepBack: { target: '.paused', actions: 'stepBack' },
    replace: { actions: 'replace' },
    seek: { actions: 'seek' },
  },
  states: {
    paused: {
      on: {
        play: [{ guard: 'isAtEnd', target: 'playing', actions: 'rewind' }, { target: 'playing' }],
        toggle: [{ guard: 'isAtEnd', target: 'playing', actions: 'rewind' }, { target: 'playing' }],
      },
    },
    playing: {
      always: { guard: 'isAtEnd', target: 'paused' },
      on: { tick: { actions: 'advance' }, pause: 'paused', toggle: 'paused' },
    },
  },
})

function momentOf(tape: Tape, wanted: number): Pick<PlayerState, 'seq' | 'playMs'> {
  const seq = Math.min(tape.records.length, Math.max(0, wanted))
  return { seq, playMs: tape.time.atSeq(seq) }
}

function advanced({ tape, playMs, speed }: PlayerState, elapsedMs: number): Partial<PlayerState> {
  const next = Math.min(tape.time.durationMs, playMs + elapsedMs * speed)
  return { playMs: next, seq: tape.time.seqAt(next) }
}

/** Keeps the moment as far as the runs are the same; who has seen the end wants to see the new one. */
function replaced({ tape: before, seq }: PlayerState, tape: Tape): Partial<PlayerState> {
  if (seq >= before.records.length) return { tape, ...momentOf(tape, tape.records.length) }
  const same = commonPrefix(before.records.slice(0, seq), tape.records)
  return { tape, ...momentOf(tape, same) }
}

function nextWorthSeeing(records: readonly TraceRecord[], seq: number): number {
  for (let next = seq + 1; next <= records.length; next++) if (isWorthSeeing(records[next - 1]!)) return next
  return records.length
}

function previousWorthSeeing(records: readonly TraceRecord[], seq: number): number {
  for (let previous = seq - 1; previous > 0; previous--)
    if (isWorthSeeing(records[previous - 1]!)) return previous
  return 0
}
