/**
 * The ruler: moments of the run, its folded gaps, and the slider that scrubs.
 */
import { useElementSize } from '@mantine/hooks'
import { type KeyboardEvent, memo, type PointerEvent, useMemo } from 'react'
import { formatTime } from '#simulator/trace/sentence.ts'
import { seqAt, type TimeAxis } from '../axis/time-axis.ts'
import type { LabView } from '../lab-view.ts'
import { ticksOf } from './ruler-ticks.ts'
import { sayMoment } from './say-window.ts'
import classes from './timeline.module.css'
import { useDrag } from './use-drag.ts'

const PAGE_MS = 1000

export function Ruler({ view, axis, seekTo }: { view: LabView; axis: TimeAxis; seekTo(ms: number): void }) {
  const { seq, atMs, run } = view
  const { records } = run
  const startDrag = useDrag(element => element)
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    const show = ({ x }: { x: number }) => seekTo(axis.msAt(x))
    startDrag(event, { onStart: show, onMove: show, onEnd: show })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const to = seqAfterKey(event, view)
    if (to === undefined) return
    event.preventDefault()
    event.stopPropagation()
    view.seek(to)
  }
  return (
    <div className={classes.rulerRow}>
      <div className={classes.clock}>{formatTime(atMs)}</div>
      <div
        role="slider"
        tabIndex={0}
        aria-label="Moment"
        aria-description="Arrow keys go from record to record, Page Up and Page Down by a second."
        aria-valuemin={0}
        aria-valuemax={records.length}
        aria-valuenow={seq}
        aria-valuetext={`${formatTime(atMs)}, record ${seq} of ${records.length}`}
        className={classes.ruler}
        onPointerDown={onPointerDown}
        onKeyDown={onKeyDown}
      >
        <Marks axis={axis} healedAtMs={run.healedAtMs} />
      </div>
    </div>
  )
}

const Marks = memo(function Marks({ axis, healedAtMs }: { axis: TimeAxis; healedAtMs: number }) {
  const { ref, width } = useElementSize()
  const ticks = useMemo(() => ticksOf(axis, width), [axis, width])
  return (
    <div ref={ref} className={classes.marks}>
      {axis.display.folds.map(({ fromMs, toMs }) => (
        <span
          key={fromMs}
          className={classes.fold}
          style={{
            left: `${axis.xOf(fromMs) * 100}%`,
            width: `${(axis.xOf(toMs) - axis.xOf(fromMs)) * 100}%`,
          }}
          title={`Folded: nothing happens for ${sayMoment(toMs - fromMs)}`}
        />
      ))}
      {ticks.map(({ ms, x, text }) => (
        <span key={ms} className={classes.tick} style={{ left: `${x * 100}%` }}>
          {text}
        </span>
      ))}
      <span
        className={classes.healed}
        style={{ left: `${axis.xOf(healedAtMs) * 100}%` }}
        title={`Every fault is healed at ${sayMoment(healedAtMs)}`}
      />
    </div>
  )
})

function seqAfterKey(
  { key, altKey, ctrlKey, metaKey }: KeyboardEvent,
  { seq, atMs, run }: LabView,
): number | undefined {
  if (altKey || ctrlKey || metaKey) return undefined
  const { records } = run
  const within = (to: number) => Math.min(records.length, Math.max(0, to))
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return within(seq - 1)
    case 'ArrowRight':
    case 'ArrowUp':
      return within(seq + 1)
    case 'PageUp':
      return within(Math.max(seq + 1, seqAt(records, atMs + PAGE_MS)))
    case 'PageDown':
      return within(Math.min(seq - 1, seqAt(records, atMs - PAGE_MS)))
    case 'Home':
      return 0
    case 'End':
      return records.length
    default:
      return undefined
  }
}
