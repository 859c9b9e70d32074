/**
 * The exercises in order, with their state.
 */
import type { CatalogEntry } from '../worker/catalog-entry.ts'
import { stateOf } from './exercise-state.ts'
import classes from './learn.module.css'
import { writeHash } from './learn-place.ts'
import type { Memory } from './memory.ts'
import { ProgressLine } from './progress-line.tsx'
import { StateMark } from './state-mark.tsx'

export interface ExerciseListProps {
  readonly exercises: readonly CatalogEntry[]
  readonly chosen: string
  readonly memory: Memory
}

export function ExerciseList({ exercises, chosen, memory }: ExerciseListProps) {
  return (
    <nav className={classes.list} aria-label="Exercises">
      <ProgressLine exercises={exercises} memory={memory} />
      <ol>
        {exercises.map(({ name, number, title, content }) => (
          <li key={name}>
            <a
              className={classes.item}
              href={writeHash({ exercise: name, show: 'task' })}
              aria-current={name === chosen ? 'page' : undefined}
            >
              <span className={classes.number}>{number}</span>
              <span>{title}</span>
              <StateMark state={stateOf(memory.exercises[name], content)} />
            </a>
          </li>
        ))}
      </ol>
    </nav>
  )
}
