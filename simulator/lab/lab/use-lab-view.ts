/**
 * The view that the parts of the lab are given, and the link that follows the player.
 */
import { useCallback, useEffect, useMemo, useRef } from 'react'
import { goTo } from '../shell/location.ts'
import type { RunRequest, RunResult } from '../worker/protocol.ts'
import { type LabLink, writeLabLink } from './lab-link.ts'
import type { LabView } from './lab-view.ts'
import type { Player } from './use-player.ts'

/** Browsers refuse to be given a new address too often. */
const WRITE_AFTER_MS = 400

export interface Shown {
  readonly link: LabLink
  readonly request: RunRequest
  readonly run: RunResult
  readonly other: RunResult | undefined
  readonly isPending: boolean
}

/** What of the view stays the same while the player goes on. */
export type Still = Omit<LabView, 'seq' | 'atMs'>

export function useStill(shown: Shown, player: Player): Still {
  const { link, request, run, other, isPending } = shown
  const { change } = useLinkWithPlayer(shown, player)
  const seek = useCallback((seq: number) => player.send({ type: 'seek', seq }), [player])
  return useMemo(
    () => ({ link, request, run, ...(other === undefined ? {} : { other }), isPending, seek, change }),
    [link, request, run, other, isPending, seek, change],
  )
}

export function viewAt(still: Still, player: Player): LabView {
  const { tape, seq, playMs } = player.getSnapshot().context
  // A new run reaches the player a moment after the page.
  const shownSeq = Math.min(seq, still.run.records.length)
  return { ...still, seq: shownSeq, atMs: tape.time.virtualAt(playMs) }
}

/** Keeps link and player together, whichever of them moves. */
function useLinkWithPlayer({ link, run, isPending }: Shown, player: Player): Pick<LabView, 'change'> {
  const latest = useRef({ link, isPending })
  latest.current = { link, isPending }
  /** What the link says because the player said so. */
  const written = useRef(link.at)

  const write = useCallback((part: Partial<LabLink>, replaces: boolean) => {
    const next = withPart(latest.current.link, part)
    if ('at' in part || !replaces) written.current = next.at
    goTo(writeLabLink(next), replaces)
  }, [])

  const change = useCallback(
    (part: Partial<LabLink>) => {
      const isSmall = Object.keys(part).every(name => name === 'at' || name === 'subject')
      // A new plan goes on from the moment that is shown, which the link may not say yet.
      if (isSmall) goTo(writeLabLink(withPart(latest.current.link, part)), true)
      else write({ at: momentOf(player), ...part }, false)
    },
    [player, write],
  )

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const { unsubscribe } = player.subscribe(() => {
      timer ??= setTimeout(() => {
        timer = undefined
        const at = momentOf(player)
        if (!latest.current.isPending && at !== written.current) write({ at }, true)
      }, WRITE_AFTER_MS)
    })
    return () => {
      unsubscribe()
      clearTimeout(timer)
    }
  }, [player, write])

  // Somebody followed a link. When it leads into another run, that run has to be there first.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new run is looked at as well
  useEffect(() => {
    if (isPending || link.at === written.current) return
    written.current = link.at
    player.send({ type: 'seek', seq: link.at ?? Number.MAX_SAFE_INTEGER })
  }, [link.at, isPending, run, player])

  return { change }
}

/** The moment as a link says it: the end is undefined, whatever its number. */
function momentOf(player: Player): number | undefined {
  const { tape, seq } = player.getSnapshot().context
  return seq >= tape.records.length ? undefined : seq
}

function withPart(link: LabLink, part: Partial<LabLink>): LabLink {
  const fields = Object.entries({ ...link, ...part }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(fields) as unknown as LabLink
}
