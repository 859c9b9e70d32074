/**
 * The player on the keyboard. Keys that mean something to whatever has the focus are left to it.
 */
import { useEffect } from 'react'
import type { PlayerEvent } from './player.ts'
import type { Player } from './use-player.ts'

const END = Number.MAX_SAFE_INTEGER

const KEYS: Readonly<Record<string, PlayerEvent>> = {
  ' ': { type: 'toggle' },
  ArrowRight: { type: 'step' },
  '.': { type: 'step' },
  ArrowLeft: { type: 'stepBack' },
  ',': { type: 'stepBack' },
  Home: { type: 'seek', seq: 0 },
  End: { type: 'seek', seq: END },
}
const WRITING = 'input, textarea, select, [contenteditable="true"]'
const MOVING =
  '[role="slider"], [role="tab"], [role="menuitem"], [role="option"], [role="grid"], [role="listbox"]'
const PRESSING = 'button, a, summary, [role="button"]'

export function usePlayerKeys(player: Player): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const command = KEYS[event.key]
      if (command === undefined || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented)
        return
      const target = event.target instanceof Element ? event.target : undefined
      if (target?.closest(`${WRITING}, ${MOVING}`) !== null && target !== undefined) return
      if (event.key === ' ' && target !== undefined && target.closest(PRESSING) !== null) return
      event.preventDefault()
      player.send(command)
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [player])
}
