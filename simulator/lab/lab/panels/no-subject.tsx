/**
 * Says that a subject has to be chosen first.
 */
import classes from './panels.module.css'

export function NoSubject({ what }: { what: string }) {
  return <p className={classes.hint}>Choose an order or another subject above to see {what}.</p>
}
