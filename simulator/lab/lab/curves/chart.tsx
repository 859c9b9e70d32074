/**
 * Curves on a canvas. It is drawn anew when the run, the choice or the size changes, and never because the moment does.
 */
import { useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { memo, useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { colourOf, dashOf } from './colours.ts'
import type { CurveSet } from './curve-data.ts'
import classes from './curves.module.css'

interface ChartProps {
  readonly set: CurveSet
  readonly hidden: ReadonlySet<string>
  /** "messages", "s". */
  readonly unit: string
}

const Chart = memo(function Chart({ set, hidden, unit }: ChartProps) {
  const { ref, width, height } = useElementSize()
  const holder = useRef<HTMLDivElement>(null)
  const scheme = useComputedColorScheme('light')

  useEffect(() => {
    const element = holder.current
    if (element === null || width === 0 || height === 0) return
    const options = optionsOf({ set, hidden, unit }, scheme, width, height)
    const chart = new uPlot(options, set.columns as unknown as uPlot.AlignedData, element)
    return () => chart.destroy()
  }, [set, hidden, unit, scheme, width, height])

  return (
    <div ref={ref} className={classes.chart} aria-hidden>
      <div ref={holder} />
    </div>
  )
})
export default Chart

function optionsOf(
  { set, hidden, unit }: ChartProps,
  scheme: 'light' | 'dark',
  width: number,
  height: number,
): uPlot.Options {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  const isDark = scheme === 'dark'
  const text = isDark ? '#c9c9c9' : '#495057'
  const grid = isDark ? '#3b3b3b' : '#e3e6ea'
  return {
    width,
    height,
    padding: [6, AXIS_RIGHT_REM * rem, 2, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: [0, 1] },
      y: { range: (_, __, max) => [0, Math.max(1, max) * 1.08] },
    },
    axes: [
      { show: false },
      {
        size: AXIS_LEFT_REM * rem,
        stroke: text,
        font: `${0.72 * rem}px system-ui, sans-serif`,
        grid: { stroke: grid, width: 1 },
        ticks: { show: false },
        gap: 8,
        space: 22,
        incrs: [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 100_000],
        values: (_, values) =>
          values.map(value => (Number.isInteger(value) || unit === 's' ? `${value} ${unit}` : '')),
      },
    ],
    series: [
      {},
      ...set.curves.map(({ name }, index) => ({
        label: name,
        show: !hidden.has(name),
        stroke: colourOf(index, scheme),
        dash: [...dashOf(index)],
        width: 2,
        points: { show: false },
      })),
    ],
  }
}

/** As in axis.module.css, which a canvas cannot read. */
const AXIS_LEFT_REM = 7.25
const AXIS_RIGHT_REM = 0.9
