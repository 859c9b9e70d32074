/**
 * How often a student's file was saved since the page was opened, as the development server tells.
 */
import { useEffect, useState } from 'react'
import { SLOT_SAVED, type SlotSaved } from '../worker/slot-saved.ts'

/** @param exercise undefined: saves of any */
export function useSaves(exercise?: string): number {
  const [saves, setSaves] = useState(0)
  useEffect(() => {
    const count = (saved: SlotSaved) => {
      if (exercise === undefined || saved.exercise === exercise) setSaves(before => before + 1)
    }
    import.meta.hot?.on(SLOT_SAVED, count)
    return () => import.meta.hot?.off(SLOT_SAVED, count)
  }, [exercise])
  return saves
}
