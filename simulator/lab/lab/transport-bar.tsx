/**
 * The player's controls: play, pause, step and speed; the moment, what has just happened, and what can be done from here.
 */
import { ActionIcon, Button, Group, Select, Tooltip } from '@mantine/core'
import {
  IconArrowsDiff,
  IconChartLine,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerSkipBackFilled,
  IconPlayerSkipForwardFilled,
  IconPlayerTrackNextFilled,
  IconPlayerTrackPrevFilled,
  IconTimeline,
} from '@tabler/icons-react'
import { useSelector } from '@xstate/react'
import { formatTime, sentenceOf } from '#simulator/trace/sentence.ts'
import { CopyMenu } from './copy-menu.tsx'
import { ForkMenu } from './fork-menu.tsx'
import classes from './lab.module.css'
import type { LabView } from './lab-view.ts'
import { type PlayerEvent, SPEEDS } from './player.ts'
import type { Player } from './use-player.ts'
import { lastWorthSeeing } from './worth-seeing.ts'

const END = Number.MAX_SAFE_INTEGER

/** What is shown along the time. */
export type Time = 'timeline' | 'curves'

interface TransportBarProps {
  readonly player: Player
  /** Asked when something is done: it changes with every moment. */
  view(): LabView
  readonly times: readonly Time[]
  onTimes(times: readonly Time[]): void
}

export function TransportBar({ player, view, times, onTimes }: TransportBarProps) {
  return (
    <div className={classes.transport}>
      <Buttons player={player} />
      <Speed player={player} />
      <Moment player={player} />
      <Happened player={player} />
      <Group gap={6} wrap="nowrap">
        <ForkMenu view={view} />
        <CompareButton view={view} />
        <CopyMenu view={view} />
        <ActionIcon.Group>
          {TIMES.map(({ time, label, Icon }) => (
            <Tooltip key={time} label={label}>
              <ActionIcon
                variant={times.includes(time) ? 'light' : 'default'}
                aria-label={label}
                aria-pressed={times.includes(time)}
                onClick={() =>
                  onTimes(times.includes(time) ? times.filter(other => other !== time) : [...times, time])
                }
              >
                <Icon size={17} />
              </ActionIcon>
            </Tooltip>
          ))}
        </ActionIcon.Group>
      </Group>
    </div>
  )
}

const TIMES = [
  { time: 'timeline', label: 'Timeline', Icon: IconTimeline },
  { time: 'curves', label: 'Lag and drift', Icon: IconChartLine },
] as const

function Buttons({ player }: { player: Player }) {
  const isPlaying = useSelector(player, snapshot => snapshot.matches('playing'))
  return (
    <Group gap={4} wrap="nowrap">
      <Control label="To the beginning (Home)" event={{ type: 'seek', seq: 0 }} {...{ player }}>
        <IconPlayerSkipBackFilled size={17} />
      </Control>
      <Control label="Step back (← or ,)" event={{ type: 'stepBack' }} {...{ player }}>
        <IconPlayerTrackPrevFilled size={17} />
      </Control>
      <Tooltip label={isPlaying ? 'Pause (Space)' : 'Play (Space)'}>
        <ActionIcon
          size={38}
          radius="xl"
          variant="filled"
          onClick={() => player.send({ type: 'toggle' })}
          aria-label={isPlaying ? 'Pause' : 'Play'}
        >
          {isPlaying ? <IconPlayerPauseFilled size={19} /> : <IconPlayerPlayFilled size={19} />}
        </ActionIcon>
      </Tooltip>
      <Control label="Step (→ or .)" event={{ type: 'step' }} {...{ player }}>
        <IconPlayerTrackNextFilled size={17} />
      </Control>
      <Control label="To the end (End)" event={{ type: 'seek', seq: END }} {...{ player }}>
        <IconPlayerSkipForwardFilled size={17} />
      </Control>
    </Group>
  )
}

function Control({
  player,
  label,
  event,
  children,
}: {
  player: Player
  label: string
  event: PlayerEvent
  children: React.ReactNode
}) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        size="lg"
        variant="subtle"
        color="gray"
        onClick={() => player.send(event)}
        aria-label={label.replace(/ \(.*/, '')}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  )
}

function Speed({ player }: { player: Player }) {
  const speed = useSelector(player, ({ context }) => context.speed)
  return (
    <Select
      aria-label="Speed"
      size="xs"
      w={82}
      data={SPEEDS.map(value => ({ value: String(value), label: `× ${value}` }))}
      value={String(speed)}
      allowDeselect={false}
      comboboxProps={{ position: 'top' }}
      onChange={value => value !== null && player.send({ type: 'speed', speed: Number(value) })}
    />
  )
}

function Moment({ player }: { player: Player }) {
  const text = useSelector(player, ({ context: { tape, playMs } }) =>
    formatTime(Math.floor(tape.time.virtualAt(playMs))),
  )
  return <span className={classes.moment}>{text}</span>
}

function Happened({ player }: { player: Player }) {
  const record = useSelector(player, ({ context: { tape, seq } }) => lastWorthSeeing(tape.records, seq))
  const isPlaying = useSelector(player, snapshot => snapshot.matches('playing'))
  const text = record === undefined ? 'The run begins here.' : sentenceOf(record)
  return (
    <span className={classes.happened} title={text} aria-live={isPlaying ? 'off' : 'polite'}>
      {text}
    </span>
  )
}

function CompareButton({ view }: { view: () => LabView }) {
  const { link } = view()
  const { faults, seed } = link.plan
  const isComparing = link.comparedWith !== undefined
  return (
    <Tooltip
      label={
        isComparing ? 'Stop comparing' : 'Beside the same run without its last fault: where do they part?'
      }
    >
      <Button
        size="compact-sm"
        variant={isComparing ? 'filled' : 'default'}
        className={classes.worded!}
        aria-label="Compare"
        aria-pressed={isComparing}
        disabled={!isComparing && faults.length === 0}
        leftSection={<IconArrowsDiff size={15} />}
        onClick={() =>
          view().change({ comparedWith: isComparing ? undefined : { seed, faults: faults.slice(0, -1) } })
        }
      >
        <span className={classes.word}>Compare</span>
      </Button>
    </Tooltip>
  )
}
