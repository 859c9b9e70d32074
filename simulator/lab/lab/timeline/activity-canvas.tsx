/**
 * How much happened on each row, as a shade behind it. On a canvas, as there may be tens of thousands of records.
 */
import { useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { memo, useEffect, useRef } from 'react'
import type { TimeAxis } from '../axis/time-axis.ts'
import type { Lane, LaneFacts } from './lanes.ts'
import classes from './timeline.module.css'

interface ActivityCanvasProps {
  readonly lanes: readonly Lane[]
  readonly facts: ReadonlyMap<string, LaneFacts>
  readonly axis: TimeAxis
}

/** Width of one stroke, in CSS pixels. */
const STROKE = 2
/** So many records in one stroke are as dark as it gets. */
const FULL = 8

export const ActivityCanvas = memo(function ActivityCanvas({ lanes, facts, axis }: ActivityCanvasProps) {
  const { ref, width, height } = useElementSize()
  const canvas = useRef<HTMLCanvasElement>(null)
  const scheme = useComputedColorScheme('light')

  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (context == null || width === 0) return
    const ratio = devicePixelRatio
    context.canvas.width = Math.round(width * ratio)
    context.canvas.height = Math.round(height * ratio)
    context.scale(ratio, ratio)
    context.fillStyle = scheme === 'dark' ? '#748ffc' : '#4263eb'
    const rowHeight = height / lanes.length
    for (const [row, { name }] of lanes.entries()) {
      const counts = countStrokes(facts.get(name)?.activity ?? [], axis, Math.ceil(width / STROKE))
      for (const [stroke, count] of counts.entries()) {
        if (count === 0) continue
        context.globalAlpha = 0.25 + 0.55 * Math.min(1, count / FULL)
        const tall = rowHeight * (0.22 + 0.3 * Math.min(1, count / FULL))
        context.fillRect(stroke * STROKE, (row + 0.5) * rowHeight - tall / 2, STROKE - 0.5, tall)
      }
    }
  }, [lanes, facts, axis, width, height, scheme])

  return (
    <div ref={ref} className={classes.activity} aria-hidden>
      <canvas ref={canvas} style={{ width, height }} />
    </div>
  )
})

function countStrokes(activity: readonly number[], axis: TimeAxis, strokes: number): Uint32Array {
  const counts = new Uint32Array(strokes)
  let t = -1
  let stroke = 0
  for (const moment of activity) {
    // Many records share a moment.
    if (moment !== t) {
      t = moment
      stroke = Math.min(strokes - 1, Math.floor(axis.xOf(moment) * strokes))
    }
    counts[stroke]!++
  }
  return counts
}
