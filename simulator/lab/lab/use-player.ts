/**
 * The player in React: a frame drives it, a new run replaces its tape, and the link says where it begins.
 */
import { useActorRef } from '@xstate/react'
import { useEffect, useMemo } from 'react'
import type { ActorRefFrom } from 'xstate'
import type { RunResult } from '../worker/protocol.ts'
import { createDisplayTime, type DisplayTime } from './display-time.ts'
import { player, type Tape } from './player.ts'
import { createPlayingTime } from './playing-time.ts'

export type Player = ActorRefFrom<typeof player>

/** A page in the background gets no frames; nobody wants to have missed what happened meanwhile. */
const LONGEST_TICK_MS = 100

/** @param at the record to begin at; undefined for the end */
export function usePlayer({ records }: Pick<RunResult, 'records'>, at: number | undefined): Player {
  const tape = useMemo(
    (): Tape => ({ records, time: createPlayingTime(records, displayOf(records)) }),
    [records],
  )
  const actor = useActorRef(player, { input: { tape, ...(at === undefined ? {} : { at }) } })

  useEffect(() => {
    if (actor.getSnapshot().context.tape !== tape) actor.send({ type: 'replace', tape })
  }, [actor, tape])

  useEffect(() => {
    let frame = 0
    let before = 0
    const tick = (now: number) => {
      actor.send({ type: 'tick', elapsedMs: Math.min(LONGEST_TICK_MS, now - before) })
      before = now
      frame = actor.getSnapshot().matches('playing') ? requestAnimationFrame(tick) : 0
    }
    const watch = () => {
      if (frame !== 0 || !actor.getSnapshot().matches('playing')) return
      before = performance.now()
      frame = requestAnimationFrame(tick)
    }
    const { unsubscribe } = actor.subscribe(watch)
    watch()
    return () => {
      unsubscribe()
      cancelAnimationFrame(frame)
    }
  }, [actor])
  return actor
}

/** Samples of the read models are taken all night long; an idle gap is idle nevertheless. */
function displayOf(records: RunResult['records']): DisplayTime {
  return createDisplayTime(records.filter(({ kind }) => kind !== 'observe'))
}
