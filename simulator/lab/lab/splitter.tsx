/**
 * The line between the flow and its time: dragged, or moved with the arrow keys; a double click puts it back.
 */
import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import classes from './lab.module.css'

const STEP_PX = 24
const LEAST_PX = 120
/** What must be left for the flow. */
const FLOW_PX = 320

/** @param height of what lies below, in pixels; 0 for what is usual */
export function Splitter({ height, onChange }: { height: number; onChange(height: number): void }) {
  const grip = useRef<{ y: number; height: number }>(undefined)
  const set = (wanted: number) =>
    onChange(Math.round(Math.min(innerHeight - FLOW_PX, Math.max(LEAST_PX, wanted))))
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId)
    grip.current = { y: event.clientY, height: heightBelow(event.currentTarget) }
  }
  const onPointerMove = ({ clientY }: PointerEvent) => {
    if (grip.current !== undefined) set(grip.current.height + grip.current.y - clientY)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
    event.preventDefault()
    set(heightBelow(event.currentTarget) + (event.key === 'ArrowUp' ? STEP_PX : -STEP_PX))
  }
  return (
    <hr
      className={classes.splitter}
      tabIndex={0}
      aria-label="Height of the timeline"
      aria-orientation="horizontal"
      aria-valuemin={LEAST_PX}
      aria-valuenow={height}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        grip.current = undefined
      }}
      onDoubleClick={() => onChange(0)}
      onKeyDown={onKeyDown}
    />
  )
}

function heightBelow(line: HTMLElement): number {
  return line.parentElement?.nextElementSibling?.clientHeight ?? 0
}
