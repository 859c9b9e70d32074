/**
 * Where faults at a site struck, on one row.
 */
import { type KeyboardEvent, memo } from 'react'
import { sayFault } from '#simulator/explore/say-plan.ts'
import type { TimeAxis } from '../axis/time-axis.ts'
import type { StrikeMark } from './lanes.ts'
import { labelOf } from './paintable.ts'
import { sayMoment } from './say-window.ts'
import classes from './timeline.module.css'

interface StrikeMarksProps {
  readonly lane: string
  readonly strikes: readonly StrikeMark[]
  readonly axis: TimeAxis
  seek(seq: number): void
  remove(mark: StrikeMark): void
}

/** More could not be told apart. */
const MAX_MARKS = 400

export const StrikeMarks = memo(function StrikeMarks(props: StrikeMarksProps) {
  const { lane, strikes, axis, seek, remove } = props
  const onKeyDown = (event: KeyboardEvent<HTMLElement>, mark: StrikeMark) => {
    if (event.key !== 'Delete' && event.key !== 'Backspace') return
    event.preventDefault()
    event.currentTarget.closest('[data-lane]')?.querySelector('button')?.focus()
    remove(mark)
  }
  return strikes.slice(0, MAX_MARKS).map(({ seq, t, fault, site }) => (
    <button
      key={`${seq} ${fault}`}
      type="button"
      className={classes.strike}
      style={{ left: `${axis.xOf(t) * 100}%` }}
      title={`${sayMoment(t)}: ${sayFault({ kind: fault, at: site })}`}
      aria-label={`${labelOf(fault)} struck ${lane} at ${sayMoment(t)}; show that moment`}
      onPointerDown={event => event.stopPropagation()}
      aria-description="Delete removes the fault."
      onClick={() => seek(seq)}
      onKeyDown={event => onKeyDown(event, { seq, t, fault, site })}
    >
      <span />
    </button>
  ))
})
