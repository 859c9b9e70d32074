/**
 * The timeline: where faults are painted, moved and resized, and the moment is scrubbed.
 */
import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { IconArrowBackUp, IconArrowForwardUp, IconMapPinPlus } from '@tabler/icons-react'
import { useCallback, useMemo, useRef, useState } from 'react'
import { writeShortForm } from '#simulator/faults/short-form.ts'
import axisClasses from './axis/axis.module.css'
import { Playhead } from './axis/playhead.tsx'
import { type TimeAxis, timeAxisOf } from './axis/time-axis.ts'
import { useSeekTo } from './axis/use-seek-to.ts'
import type { LabView } from './lab-view.ts'
import { FaultChips } from './timeline/fault-chips.tsx'
import { faultBehind, type Lane, type StrikeMark } from './timeline/lanes.ts'
import { Lanes } from './timeline/lanes-view.tsx'
import { createFault, paintableOn, targetsOf } from './timeline/paintable.ts'
import { Palette } from './timeline/palette.tsx'
import { Ruler } from './timeline/ruler.tsx'
import { SiteForm } from './timeline/site-form.tsx'
import classes from './timeline/timeline.module.css'
import toolbar from './timeline/toolbar.module.css'
import { usePlanEdit } from './timeline/use-plan-edit.ts'
import { type FaultWindow, roundTo, sensibleStepMs } from './timeline/window-edit.ts'

/** What a fault that is painted by keyboard is long, and what its beginning is rounded to, as parts of the axis. */
const USUAL_LENGTH = 0.1
const USUAL_STEP = 0.003

export function Timeline({ view }: { view: LabView }) {
  const { run } = view
  const latest = useRef(view)
  latest.current = view
  const edit = usePlanEdit(view)
  const { actions, undo, redo } = edit
  const [tool, setTool] = useState('down')
  const [isSiteFormOpen, siteForm] = useDisclosure(false)
  const axis = timeAxisOf(run)
  const targets = useMemo(() => targetsOf(run.topology), [run.topology])
  const unstruck = useMemo(() => new Set(run.unstruck.map(writeShortForm)), [run.unstruck])
  const seekTo = useSeekTo(latest)
  const seek = useCallback((seq: number) => latest.current.seek(seq), [])
  useHotkeys([
    ['mod+Z', () => undo?.()],
    ['mod+shift+Z', () => redo?.()],
    ['mod+Y', () => redo?.()],
  ])

  const paint = useCallback(
    (lane: Lane, window: { from: number; for: number } | 'at-playhead') => {
      try {
        const where = window === 'at-playhead' ? usualWindow(axis, latest.current.atMs) : window
        actions.add(createFault(paintableOn(lane, tool), lane, where, targets))
      } catch (error) {
        actions.refuse(error)
      }
    },
    [axis, tool, targets, actions],
  )

  const removeStruck = useCallback(
    (mark: StrikeMark) => {
      const index = faultBehind(latest.current.link.plan.faults, mark)
      if (index !== -1) actions.remove(index)
    },
    [actions],
  )

  return (
    <section className={`${classes.timeline} ${axisClasses.axis}`} aria-label="Timeline">
      <div className={toolbar.bar}>
        <Palette chosen={tool} onChoose={setTool} />
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconMapPinPlus size={16} aria-hidden />}
          onClick={siteForm.open}
        >
          At a site…
        </Button>
        <UndoButton label="Undo (Ctrl+Z)" action={undo} icon={<IconArrowBackUp size={18} aria-hidden />} />
        <UndoButton
          label="Redo (Ctrl+Shift+Z)"
          action={redo}
          icon={<IconArrowForwardUp size={18} aria-hidden />}
        />
        <FaultChips faults={edit.faults} unstruck={unstruck} targets={targets} actions={actions} />
      </div>
      {edit.problem !== undefined && (
        <p className={toolbar.problem} role="alert">
          {edit.problem}
        </p>
      )}
      <div className={classes.body} data-pending={view.isPending || undefined}>
        <Ruler view={view} axis={axis} seekTo={seekTo} />
        <Lanes
          run={run}
          axis={axis}
          faults={edit.faults}
          draftIndex={edit.draft?.index}
          tool={tool}
          actions={actions}
          paint={paint}
          seekTo={seekTo}
          seek={seek}
          removeStruck={removeStruck}
        />
        <Playhead x={axis.xOf(view.atMs)} hasHandle onDrag={x => seekTo(axis.msAt(x))} />
      </div>
      <SiteForm
        run={run}
        isOpen={isSiteFormOpen}
        onClose={siteForm.close}
        onAdd={fault => {
          siteForm.close()
          actions.add(fault)
        }}
      />
    </section>
  )
}

function usualWindow(axis: TimeAxis, atMs: number): Required<FaultWindow> {
  const x = axis.xOf(atMs)
  const lengthMs = (axis.display.durationMs || axis.endMs) * USUAL_LENGTH
  return {
    from: roundTo(atMs, sensibleStepMs(axis.msWithin(x, USUAL_STEP))),
    for: sensibleStepMs(Math.max(1, lengthMs)),
  }
}

interface UndoButtonProps {
  readonly label: string
  readonly action: (() => void) | undefined
  readonly icon: React.ReactNode
}

function UndoButton({ label, action, icon }: UndoButtonProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" aria-label={label} disabled={action === undefined} onClick={action}>
        {icon}
      </ActionIcon>
    </Tooltip>
  )
}
