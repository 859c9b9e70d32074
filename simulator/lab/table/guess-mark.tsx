/**
 * Beside what is revealed: whether it was guessed.
 */
import classes from './table.module.css'

/** @param isRight undefined: nothing was guessed */
export function GuessMark({ isRight }: { isRight: boolean | undefined }) {
  if (isRight === undefined) return undefined
  return (
    <span className={classes.mark} data-right={isRight}>
      {isRight ? 'guessed' : 'missed'}
    </span>
  )
}
