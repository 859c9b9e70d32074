/**
 * A sentence in which code stands between backticks, as the terminal shows it.
 */
import classes from './verdict.module.css'

export function Said({ children }: { children: string }) {
  return children.split(/(`[^`]+`)/).map((part, index) =>
    part.length > 2 && part.startsWith('`') ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one sentence never move
      <code key={index} className={classes.code}>
        {part.slice(1, -1)}
      </code>
    ) : (
      part
    ),
  )
}
