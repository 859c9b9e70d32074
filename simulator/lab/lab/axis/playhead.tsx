/**
 * The line that stands at the moment that is shown, across whatever lies along the axis.
 */
import type { PointerEvent } from 'react'
import { useDrag } from '../timeline/use-drag.ts'
import classes from './axis.module.css'

interface PlayheadProps {
  /** 0 to 1. */
  readonly x: number
  readonly hasHandle?: boolean
  onDrag(x: number): void
}

export function Playhead({ x, hasHandle = false, onDrag }: PlayheadProps) {
  const startDrag = useDrag(overlayOf)
  const onPointerDown = (event: PointerEvent<HTMLElement>) =>
    startDrag(event, { onMove: point => onDrag(point.x), onEnd: point => onDrag(point.x) })
  return (
    <div className={classes.overlay} data-overlay aria-hidden>
      <div className={classes.carrier} style={{ transform: `translateX(${x * 100}%)` }}>
        <div className={classes.playhead} onPointerDown={onPointerDown}>
          {hasHandle && <span className={classes.handle} />}
        </div>
      </div>
    </div>
  )
}

function overlayOf(element: Element): Element | null {
  return element.closest('[data-overlay]')
}
