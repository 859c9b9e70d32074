/**
 * One line of a list of events: when, and what happened. Choosing it shows its moment.
 */
import { memo } from 'react'
import { formatTime } from '#simulator/trace/sentence.ts'
import type { Tone } from './event-rows.ts'
import classes from './panels.module.css'

interface RecordRowProps {
  readonly seq: number
  readonly t: number
  readonly tone: Tone
  readonly text: string
  readonly isNow: boolean
  /** True when it has not happened yet. */
  readonly isAhead?: boolean
  seek(seq: number): void
}

export const RecordRow = memo(function RecordRow(props: RecordRowProps) {
  const { seq, t, tone, text, isNow, isAhead = false, seek } = props
  return (
    <button
      type="button"
      className={classes.record}
      data-tone={tone}
      data-ahead={isAhead || undefined}
      aria-current={isNow ? 'step' : undefined}
      title={text}
      onClick={() => seek(seq)}
    >
      <span className={classes.time}>{formatTime(t)}</span>
      <span className={classes.sentence}>{text}</span>
    </button>
  )
})
