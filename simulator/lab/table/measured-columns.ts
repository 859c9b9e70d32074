/**
 * The columns of an exercise's failure table as far as they are measured, and anew whenever the student's own file is saved.
 */
import { useEffect, useState } from 'react'
import type { ColumnCell, ColumnResult, Refusal } from '../worker/protocol.ts'
import { SLOT_SAVED, type SlotSaved } from '../worker/slot-saved.ts'
import type { TableExercise } from './answers.ts'
import { forget, type Measured } from './measuring.ts'

/** By `keyOf`. */
export function cellsOf(
  { name, answers }: TableExercise,
  done: ReadonlyMap<string, Measured<ColumnResult>>,
): ReadonlyMap<string, ColumnCell> {
  const cells = new Map<string, ColumnCell>()
  for (const answer of answers) {
    for (const found of done.get(keyOfColumn(name, answer))?.answer?.rows ?? [])
      cells.set(keyOf(found.family, answer), found)
  }
  return cells
}

export function refusalOf(column: Measured<ColumnResult> | undefined): Refusal | undefined {
  return column?.refusal ?? column?.answer?.refused
}

export const keyOf = (family: string, answer: string) => `${family} ${answer}`
export const keyOfColumn = (exercise: string, answer: string) => `column ${exercise} ${answer}`

/** How often the student's own file was saved since the table was opened. */
export function useSaves(exercise: string): number {
  const [saves, setSaves] = useState(0)
  useEffect(() => {
    const onSaved = (saved: SlotSaved) => {
      if (saved.exercise !== exercise) return
      forget(keyOfColumn(exercise, 'yours'))
      setSaves(count => count + 1)
    }
    import.meta.hot?.on(SLOT_SAVED, onSaved)
    return () => import.meta.hot?.off(SLOT_SAVED, onSaved)
  }, [exercise])
  return saves
}
