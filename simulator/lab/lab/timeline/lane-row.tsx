/**
 * A row of the timeline: a service, an outside party or Kafka; when it was away, its faults, and where new ones are painted.
 */
import { type KeyboardEvent, memo, type PointerEvent, useState } from 'react'
import type { Fault } from '#simulator/world/runtime.ts'
import type { TimeAxis } from '../axis/time-axis.ts'
import { FaultBar } from './fault-bar.tsx'
import type { Lane, LaneFacts, StrikeMark } from './lanes.ts'
import { labelOf, PAINTABLE, type Paintable } from './paintable.ts'
import { sayMoment } from './say-window.ts'
import { StrikeMarks } from './strike-marks.tsx'
import classes from './timeline.module.css'
import { useDrag } from './use-drag.ts'
import type { PlanActions } from './use-plan-edit.ts'
import { paintWindow, sensibleStepMs, tracksOf } from './window-edit.ts'

export interface LaneFault {
  readonly fault: Fault
  readonly index: number
}

export interface LaneRowProps {
  readonly lane: Lane
  readonly facts: LaneFacts | undefined
  /** The faults over windows that belong to this row. */
  readonly faults: readonly LaneFault[]
  readonly draftIndex: number | undefined
  readonly axis: TimeAxis
  readonly healedAtMs: number
  /** What is painted on this row. */
  readonly tool: Paintable
  readonly isTabStop: boolean
  readonly actions: PlanActions
  paint(lane: Lane, window: { from: number; for: number } | 'at-playhead'): void
  seekTo(ms: number): void
  seek(seq: number): void
  /** Removes the fault of the plan that struck there. */
  removeStruck(mark: StrikeMark): void
}

const DRAG_STEP_PIXELS = 4

export const LaneRow = memo(function LaneRow(props: LaneRowProps) {
  const { lane, facts, faults, draftIndex, axis, healedAtMs, tool, isTabStop, actions, paint, seekTo } = props
  const [ghost, setGhost] = useState<{ from: number; for: number }>()
  const startDrag = useDrag(self)

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    const windowAt = ({ x, startX, pixel }: { x: number; startX: number; pixel: number }) => {
      const stepMs = sensibleStepMs(axis.msWithin(x, DRAG_STEP_PIXELS * pixel))
      return paintWindow(axis.msAt(tool.hasLength ? startX : x), axis.msAt(x), stepMs)
    }
    startDrag(event, {
      onMove: point => setGhost(windowAt(point)),
      onEnd(point, moved) {
        setGhost(undefined)
        // What has no length is placed by a click; a click with anything else shows the moment.
        if (moved || !tool.hasLength) paint(lane, windowAt(point))
        else seekTo(axis.msAt(point.x))
      },
      onCancel: () => setGhost(undefined),
    })
  }

  const windows = faults.map(({ fault }) => {
    const fromMs = fault.from ?? 0
    return { fromMs, toMs: fault.for === undefined ? Number.POSITIVE_INFINITY : fromMs + fault.for }
  })
  const { tracks, count } = tracksOf(windows)
  const byMouse = tool.hasLength ? 'or drag on the row' : 'or click on the row'
  const hint = `Paint “${tool.label}” on ${lane.name} at the playhead`
  return (
    <div className={classes.row} data-lane={lane.name} data-kind={lane.kind}>
      <button
        type="button"
        className={classes.name}
        tabIndex={isTabStop ? 0 : -1}
        title={`${hint}, ${byMouse}`}
        aria-label={hint}
        onClick={() => paint(lane, 'at-playhead')}
        onKeyDown={moveFocus}
      >
        {lane.name}
      </button>
      <div className={classes.track} data-track onPointerDown={onPointerDown}>
        {facts?.away.map(({ how, fromMs, toMs }) => (
          <div
            key={fromMs}
            className={classes.away}
            title={`${lane.name} was ${how} from ${sayMoment(fromMs)}${toMs === undefined ? ' on' : ` to ${sayMoment(toMs)}`}`}
            style={spanStyle(axis, fromMs, toMs ?? axis.endMs)}
          />
        ))}
        {faults.map(({ fault, index }, position) => (
          <FaultBar
            key={index}
            fault={fault}
            index={index}
            axis={axis}
            hasLength={hasLength(fault)}
            healedAtMs={healedAtMs}
            track={tracks[position]!}
            trackCount={count}
            isDraft={index === draftIndex}
            actions={actions}
          />
        ))}
        {facts !== undefined && facts.strikes.length > 0 && (
          <StrikeMarks
            lane={lane.name}
            strikes={facts.strikes}
            axis={axis}
            seek={props.seek}
            remove={props.removeStruck}
          />
        )}
        {ghost !== undefined && (
          <div className={classes.ghost} style={spanStyle(axis, ghost.from, ghost.from + ghost.for)}>
            <span>
              {labelOf(tool.kind)} {tool.hasLength ? sayMoment(ghost.for) : ''}
            </span>
          </div>
        )}
      </div>
    </div>
  )
})

/** A kind that the palette does not have strikes at a moment, as far as it has a place in time at all. */
function hasLength({ kind }: Fault): boolean {
  return PAINTABLE.find(entry => entry.kind === kind)?.hasLength ?? false
}

function self(element: Element): Element {
  return element
}

function spanStyle(axis: TimeAxis, fromMs: number, toMs: number) {
  const left = axis.xOf(fromMs)
  return { left: `${left * 100}%`, width: `${(axis.xOf(toMs) - left) * 100}%` }
}

/** Up and down go from row to row. */
function moveFocus(event: KeyboardEvent<HTMLButtonElement>): void {
  const row = event.currentTarget.closest('[data-lane]')
  const next =
    event.key === 'ArrowDown'
      ? row?.nextElementSibling
      : event.key === 'ArrowUp'
        ? row?.previousElementSibling
        : undefined
  const button = next?.querySelector('button')
  if (button === null || button === undefined) return
  event.preventDefault()
  event.stopPropagation()
  button.focus()
}
