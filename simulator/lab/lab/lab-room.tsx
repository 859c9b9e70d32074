/**
 * The lab around a run that is there: the flow, the panels beside it, the player and its time below.
 */
import { ActionIcon, Loader, Tooltip } from '@mantine/core'
import { useHotkeys, useLocalStorage } from '@mantine/hooks'
import { IconLayoutSidebarRightCollapse, IconLayoutSidebarRightExpand } from '@tabler/icons-react'
import { useSelector } from '@xstate/react'
import { type ComponentType, useCallback, useDeferredValue, useMemo } from 'react'
import { sayPlan } from '#simulator/explore/say-plan.ts'
import { ComparisonBar } from './comparison-bar.tsx'
import { Curves } from './curves.tsx'
import { FlowView } from './flow-view.tsx'
import classes from './lab.module.css'
import type { LabView } from './lab-view.ts'
import { ScenarioChooser } from './scenario-chooser.tsx'
import { SidePanels } from './side-panels.tsx'
import { Splitter } from './splitter.tsx'
import { Timeline } from './timeline.tsx'
import { type Time, TransportBar } from './transport-bar.tsx'
import { usePlayerKeys } from './use-keys.ts'
import { type Shown, type Still, useStill, viewAt } from './use-lab-view.ts'
import { type Player, usePlayer } from './use-player.ts'
import { VerdictBadge } from './verdict-badge.tsx'

export function LabRoom(shown: Shown) {
  const { link, run, isPending } = shown
  const player = usePlayer(run, link.at)
  const still = useStill(shown, player)
  const { change } = still
  usePlayerKeys(player)
  const select = useCallback((subject: string) => change({ subject }), [change])
  const view = useCallback(() => viewAt(still, player), [still, player])
  const [isWide, setWide] = useLocalStorage({
    key: 'lab-wide-flow',
    defaultValue: false,
    getInitialValueInEffect: false,
  })
  const [times, setTimes] = useLocalStorage<readonly Time[]>({
    key: 'lab-times',
    defaultValue: usualTimes(),
    getInitialValueInEffect: false,
  })
  const [timeHeight, setTimeHeight] = useLocalStorage({
    key: 'lab-time-height',
    defaultValue: 0,
    getInitialValueInEffect: false,
  })
  const isTimeShown = !isWide && times.length > 0
  useHotkeys([['F', () => setWide(!isWide)]])

  return (
    <div
      className={classes.room}
      data-wide={!isTimeShown || undefined}
      style={timeHeight === 0 ? {} : ({ '--time-height': `${timeHeight}px` } as React.CSSProperties)}
    >
      <div>
        <div className={classes.top}>
          <ScenarioChooser scenario={link.scenario} />
          <p className={classes.plan} title={sayPlan(link.plan)}>
            {sayPlan(link.plan)}
          </p>
          <span className={classes.topGap} />
          <Loader
            size={16}
            style={{ visibility: isPending ? 'visible' : 'hidden' }}
            aria-hidden={!isPending}
          />
          <VerdictBadge run={run} />
          <Tooltip label={isWide ? 'Everything around the flow (F)' : 'Only the flow (F)'}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-pressed={isWide}
              aria-label="Only the flow"
              onClick={() => setWide(!isWide)}
            >
              {isWide ? (
                <IconLayoutSidebarRightExpand size={20} />
              ) : (
                <IconLayoutSidebarRightCollapse size={20} />
              )}
            </ActionIcon>
          </Tooltip>
        </div>
        <ComparisonBar link={link} run={run} other={shown.other} seek={still.seek} />
      </div>
      <div className={classes.middle} data-wide={isWide || undefined}>
        <section className={classes.flow} aria-label="The flow">
          <FlowView run={run} player={player} select={select} />
        </section>
        {!isWide && (
          <aside className={classes.side}>
            <Live still={still} player={player} Part={LatePanels} />
          </aside>
        )}
      </div>
      <div className={classes.barFrame}>
        {isTimeShown && <Splitter height={timeHeight} onChange={setTimeHeight} />}
        <TransportBar player={player} view={view} times={times} onTimes={setTimes} />
      </div>
      {isTimeShown && (
        <div className={classes.time}>
          {times.includes('timeline') && (
            <div>
              <Live still={still} player={player} Part={Timeline} />
            </div>
          )}
          {times.includes('curves') && (
            <div>
              <Live still={still} player={player} Part={Curves} />
            </div>
          )}
        </div>
      )}
    </div>
  )
}

/** A small screen has no room for both. */
function usualTimes(): readonly Time[] {
  return innerHeight < 850 ? ['timeline'] : ['timeline', 'curves']
}

interface LiveProps {
  readonly still: Still
  readonly player: Player
  readonly Part: ComponentType<{ view: LabView }>
}

/** A part that is told of each moment. */
function Live({ still, player, Part }: LiveProps) {
  const playMs = useSelector(player, ({ context }) => context.playMs)
  const seq = useSelector(player, ({ context }) => context.seq)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the moment is read from the player
  const view = useMemo(() => viewAt(still, player), [still, player, playMs, seq])
  return <Part view={view} />
}

/** Panels show much and may lag behind: they must not cost the flow its frames. */
function LatePanels({ view }: { view: LabView }) {
  const late = useDeferredValue(view)
  return useMemo(() => <SidePanels view={late} />, [late])
}
