/**
 * Seeks to a moment instead of a record.
 */
import { type RefObject, useCallback } from 'react'
import type { LabView } from '../lab-view.ts'
import { seqAt } from './time-axis.ts'

/** @param latest the view as it was last given; the function stays the same */
export function useSeekTo(latest: RefObject<LabView>): (ms: number) => void {
  return useCallback(
    ms => {
      const { run, seq, seek } = latest.current
      const to = seqAt(run.records, ms)
      if (to !== seq) seek(to)
    },
    [latest],
  )
}
