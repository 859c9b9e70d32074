/**
 * A fault over a window, as a bar that is moved by its middle and resized by its ends, with the mouse or the arrow keys.
 */
import { type KeyboardEvent, memo, type PointerEvent, useRef } from 'react'
import type { Fault } from '#simulator/world/runtime.ts'
import type { TimeAxis } from '../axis/time-axis.ts'
import { FaultIcon } from './fault-icon.tsx'
import { labelOf } from './paintable.ts'
import { sayMoment, sayWindow } from './say-window.ts'
import classes from './timeline.module.css'
import { type Drag, type DragPoint, useDrag } from './use-drag.ts'
import type { PlanActions } from './use-plan-edit.ts'
import { moveWindow, resizeWindow, sensibleStepMs } from './window-edit.ts'

export interface FaultBarProps {
  readonly fault: Fault
  readonly index: number
  readonly axis: TimeAxis
  /** False: it strikes at a moment. */
  readonly hasLength: boolean
  /** Where a window without `for` ends. */
  readonly healedAtMs: number
  readonly track: number
  readonly trackCount: number
  readonly isDraft: boolean
  readonly actions: PlanActions
}

type Grip = 'start' | 'middle' | 'end'

/** Steps of dragging in pixels, of the arrow keys as a part of the axis. */
const DRAG_STEP_PIXELS = 4
const KEY_STEP = 0.01

export const FaultBar = memo(function FaultBar(props: FaultBarProps) {
  const { fault, index, axis, hasLength, healedAtMs, track, trackCount, isDraft, actions } = props
  const from = fault.from ?? 0
  const to = hasLength ? endOf(fault, healedAtMs) : from
  const left = axis.xOf(from)
  const width = axis.xOf(to) - left
  const startDrag = useDrag(trackOf)
  const changed = useRef(fault)

  const dragged = (grip: Grip, { x, startX, pixel }: DragPoint): Fault => {
    const stepMs = sensibleStepMs(axis.msWithin(x, DRAG_STEP_PIXELS * pixel))
    if (grip !== 'middle') return resizeWindow(fault, grip, axis.msAt(x), stepMs, healedAtMs)
    return moveWindow(fault, axis.msAt(left + x - startX), stepMs)
  }
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.stopPropagation()
    const grip = ((event.target as HTMLElement).dataset.grip as Grip | undefined) ?? 'middle'
    const drag: Drag = {
      onMove(point) {
        changed.current = dragged(grip, point)
        actions.sketch({ index, fault: changed.current })
      },
      onEnd(point, moved) {
        if (moved) actions.replace(index, dragged(grip, point))
      },
      onCancel: () => actions.sketch(undefined),
    }
    startDrag(event, drag)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const next = afterKey(event, props)
    if (next === undefined) return
    event.preventDefault()
    event.stopPropagation()
    if (next === 'remove') {
      event.currentTarget.closest('[data-lane]')?.querySelector('button')?.focus()
      actions.remove(index)
    } else {
      actions.sketch({ index, fault: next })
      actions.settleSoon()
    }
  }

  const words = sayWindow(fault, hasLength)
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={words}
      aria-description={`Arrow keys move it${hasLength ? ', with Shift they resize it' : ''}; Delete removes it.`}
      aria-valuemin={0}
      aria-valuemax={Math.max(axis.endMs, from)}
      aria-valuenow={from}
      aria-valuetext={words}
      title={words}
      className={hasLength ? classes.bar : classes.moment}
      data-draft={isDraft || undefined}
      style={{
        left: `${left * 100}%`,
        ...(hasLength ? { width: `${width * 100}%` } : {}),
        top: `${(track / trackCount) * 100}%`,
        height: `${100 / trackCount}%`,
      }}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
    >
      {hasLength ? (
        <>
          <span className={classes.grip} data-grip="start" />
          <span className={classes.barText}>
            <FaultIcon kind={fault.kind} size={13} />
            <span>
              {labelOf(fault.kind)} {fault.for === undefined ? '' : sayMoment(fault.for)}
            </span>
          </span>
          <span className={classes.grip} data-grip="end" />
        </>
      ) : (
        <FaultIcon kind={fault.kind} size={14} />
      )}
    </div>
  )
})

function trackOf(element: Element): Element | null {
  return element.closest('[data-track]')
}

function endOf(fault: Fault, healedAtMs: number): number {
  const from = fault.from ?? 0
  return fault.for === undefined ? Math.max(from, healedAtMs) : from + fault.for
}

/** What a key makes of the fault; undefined for a key that means nothing here. */
function afterKey(
  { key, shiftKey, altKey, ctrlKey, metaKey }: KeyboardEvent,
  { fault, axis, hasLength, healedAtMs }: FaultBarProps,
): Fault | 'remove' | undefined {
  if (altKey || ctrlKey || metaKey) return undefined
  if (key === 'Delete' || key === 'Backspace') return 'remove'
  const direction = key === 'ArrowLeft' ? -1 : key === 'ArrowRight' ? 1 : 0
  if (direction === 0) return undefined
  const isResize = shiftKey && hasLength
  const at = isResize ? endOf(fault, healedAtMs) : (fault.from ?? 0)
  const stepMs = sensibleStepMs(axis.msWithin(axis.xOf(at), KEY_STEP))
  // From wherever it is to the next multiple of the step, so that the first press rounds.
  const to = direction === 1 ? (Math.floor(at / stepMs) + 1) * stepMs : (Math.ceil(at / stepMs) - 1) * stepMs
  return isResize
    ? resizeWindow(fault, 'end', to, stepMs, healedAtMs)
    : moveWindow(fault, Math.max(0, to), stepMs)
}
