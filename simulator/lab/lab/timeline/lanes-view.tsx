/**
 * All rows of the timeline. While only the moment changes, nothing here is drawn again.
 */
import { memo, useMemo } from 'react'
import type { Fault } from '#simulator/world/runtime.ts'
import type { RunResult } from '../../worker/protocol.ts'
import { ActivityCanvas } from './activity-canvas.tsx'
import { type LaneFault, LaneRow, type LaneRowProps } from './lane-row.tsx'
import { laneFactsOf, lanesOf } from './lanes.ts'
import { laneOf, paintableOn } from './paintable.ts'
import classes from './timeline.module.css'

type LanesProps = Pick<
  LaneRowProps,
  'axis' | 'draftIndex' | 'actions' | 'paint' | 'seekTo' | 'seek' | 'removeStruck'
> & {
  readonly run: RunResult
  readonly faults: readonly Fault[]
  readonly tool: string
}

const NO_FAULTS: readonly LaneFault[] = []

export const Lanes = memo(function Lanes({ run, faults, tool, draftIndex, axis, ...rest }: LanesProps) {
  const lanes = useMemo(() => lanesOf(run.topology), [run.topology])
  const facts = laneFactsOf(run)
  const byLane = useMemo(() => {
    const found = new Map<string, LaneFault[]>()
    for (const [index, fault] of faults.entries()) {
      if (fault.at !== undefined || fault.rate !== undefined) continue
      found.set(laneOf(fault), [...(found.get(laneOf(fault)) ?? []), { fault, index }])
    }
    return found
  }, [faults])
  return (
    <div className={classes.lanes}>
      <div className={classes.rows}>
        <div className={classes.behind} aria-hidden>
          {axis.display.folds.map(({ fromMs, toMs }) => (
            <span
              key={fromMs}
              className={classes.fold}
              style={{
                left: `${axis.xOf(fromMs) * 100}%`,
                width: `${(axis.xOf(toMs) - axis.xOf(fromMs)) * 100}%`,
              }}
            />
          ))}
        </div>
        <ActivityCanvas lanes={lanes} facts={facts} axis={axis} />
        {lanes.map((lane, position) => {
          const own = byLane.get(lane.name) ?? NO_FAULTS
          return (
            <LaneRow
              key={lane.name}
              {...rest}
              lane={lane}
              facts={facts.get(lane.name)}
              faults={own}
              draftIndex={own.some(({ index }) => index === draftIndex) ? draftIndex : undefined}
              axis={axis}
              healedAtMs={run.healedAtMs}
              tool={paintableOn(lane, tool)}
              isTabStop={position === 0}
            />
          )
        })}
      </div>
    </div>
  )
})
