/**
 * An exercise's state as a sign, and as a word for those who need it.
 */
import { VisuallyHidden } from '@mantine/core'
import { IconCircle, IconCircleCheckFilled, IconCircleXFilled, IconRefreshDot } from '@tabler/icons-react'
import { type ExerciseState, STATE_WORDS } from './exercise-state.ts'
import classes from './learn.module.css'

const ICONS = {
  untried: IconCircle,
  fails: IconCircleXFilled,
  holds: IconCircleCheckFilled,
  changed: IconRefreshDot,
} as const

export function StateMark({ state, withWord = false }: { state: ExerciseState; withWord?: boolean }) {
  const Icon = ICONS[state]
  const words = STATE_WORDS[state]
  return (
    <span className={classes.state} data-state={state} title={words}>
      <Icon size={17} aria-hidden />
      {withWord ? <span>{words}</span> : <VisuallyHidden>{words}</VisuallyHidden>}
    </span>
  )
}
