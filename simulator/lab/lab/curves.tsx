/**
 * Lag and drift as curves over time.
 */
import { SegmentedControl, useComputedColorScheme } from '@mantine/core'
import { lazy, type PointerEvent, Suspense, useRef, useState } from 'react'
import axisClasses from './axis/axis.module.css'
import { Playhead } from './axis/playhead.tsx'
import { timeAxisOf } from './axis/time-axis.ts'
import { useSeekTo } from './axis/use-seek-to.ts'
import { colourOf } from './curves/colours.ts'
import { type CurveKind, curvesOf, sayCurves } from './curves/curve-data.ts'
import classes from './curves/curves.module.css'
import type { LabView } from './lab-view.ts'
import { useDrag } from './timeline/use-drag.ts'

const Chart = lazy(() => import('./curves/chart.tsx'))

const KINDS: readonly { readonly value: CurveKind; readonly label: string; readonly unit: string }[] = [
  { value: 'messages', label: 'Messages behind', unit: '' },
  { value: 'age', label: 'Age of the oldest', unit: 's' },
  { value: 'drift', label: 'Wrong rows', unit: '' },
]

const EMPTY: Readonly<Record<CurveKind, string>> = {
  messages: 'No consumer group has read anything in this run.',
  age: 'No consumer group has read anything in this run.',
  drift: 'No read model is sampled in this scenario.',
}

export function Curves({ view }: { view: LabView }) {
  const latest = useRef(view)
  latest.current = view
  const { run, atMs } = view
  const [kind, setKind] = useState<CurveKind>('messages')
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const scheme = useComputedColorScheme('light')
  const seekTo = useSeekTo(latest)
  const startDrag = useDrag(overlayBeside)
  const sets = curvesOf(run)
  const set = sets[kind]
  const axis = timeAxisOf(run)
  const words = sayCurves(sets, atMs)
  const { unit } = KINDS.find(({ value }) => value === kind)!

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    const show = ({ x }: { x: number }) => seekTo(axis.msAt(x))
    startDrag(event, { onStart: show, onMove: show, onEnd: show })
  }
  const toggle = (name: string) =>
    setHidden(before => {
      const after = new Set(before)
      if (!after.delete(name)) after.add(name)
      return after
    })
  return (
    <section className={`${classes.curves} ${axisClasses.axis}`} aria-label="Lag and drift">
      <div className={classes.head}>
        <SegmentedControl
          size="xs"
          className={classes.kinds ?? ''}
          aria-label="What the curves show"
          data={KINDS.map(({ value, label }) => ({ value, label }))}
          value={kind}
          onChange={value => setKind(value as CurveKind)}
        />
        <ul className={classes.legend}>
          {set.curves.map(({ name, at }, index) => (
            <li key={name}>
              <button
                type="button"
                className={classes.legendButton}
                aria-pressed={!hidden.has(name)}
                onClick={() => toggle(name)}
              >
                <span className={classes.swatch} style={{ borderColor: colourOf(index, scheme) }} />
                {name}
                <span className={classes.value}>{sayValue(at(atMs), unit)}</span>
              </button>
            </li>
          ))}
        </ul>
      </div>
      <div className={classes.plot} onPointerDown={onPointerDown}>
        {set.curves.length === 0 ? (
          <p className={classes.empty}>{EMPTY[kind]}</p>
        ) : (
          <Suspense>
            <Chart set={set} hidden={hidden} unit={unit} />
          </Suspense>
        )}
        <Playhead x={axis.xOf(atMs)} onDrag={x => seekTo(axis.msAt(x))} />
      </div>
      <p className={classes.words} title={words}>
        {words}
      </p>
    </section>
  )
}

/** The part of the plot that lies along the axis. */
function overlayBeside(element: Element): Element | null {
  return element.querySelector('[data-overlay]')
}

function sayValue(value: number, unit: string): string {
  return unit === 's' ? `${value.toFixed(1)} s` : String(value)
}
