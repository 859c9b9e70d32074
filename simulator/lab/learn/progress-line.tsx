/**
 * How many exercises hold, of how many.
 */
import { Progress } from '@mantine/core'
import type { CatalogEntry } from '../worker/catalog-entry.ts'
import { stateOf } from './exercise-state.ts'
import classes from './learn.module.css'
import type { Memory } from './memory.ts'

export function ProgressLine({ exercises, memory }: { exercises: readonly CatalogEntry[]; memory: Memory }) {
  const holding = exercises.filter(
    ({ name, content }) => stateOf(memory.exercises[name], content) === 'holds',
  ).length
  const text = `${holding} of ${exercises.length} hold`
  return (
    <div className={classes.progress}>
      <span>{text}</span>
      <Progress value={(holding / exercises.length) * 100} color="teal" size="sm" aria-label={text} />
    </div>
  )
}
