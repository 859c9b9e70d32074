/**
 * What stands around every failure table: which one it is, how far it is measured, guessing, and the details of the cell that is
 * looked at.
 */
import { Button, Group, Kbd, NativeSelect, Progress, Switch, Text, Title } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { goTo } from '../shell/location.ts'
import { EXERCISES, titleOf } from './answers.ts'
import type { Measuring } from './measuring.ts'
import type { Score } from './prediction.ts'
import classes from './table.module.css'
import { FLOW, type TablePlace, writeTablePlace } from './table-place.ts'

export interface TableFrameProps {
  readonly place: TablePlace
  readonly goal: string
  readonly measuring: Pick<Measuring<unknown>, 'current' | 'isStopped' | 'stop' | 'goOn'>
  readonly measured: number
  readonly count: number
  /** What is measured one after another: "columns". */
  readonly noun: string
  readonly score: Score
  readonly legend: ReactNode
  /** About the cell that is looked at; undefined: none was. */
  readonly details: ReactNode
  readonly children: ReactNode
  onRevealAll(): void
  onBeginAgain(): void
}

export function TableFrame(props: TableFrameProps) {
  const { place, goal, legend, details, children } = props
  return (
    <div className={classes.page}>
      <Group justify="space-between" align="end" gap="sm">
        <div className={classes.title}>
          <Title order={1} size="h3">
            Failure table
          </Title>
          <Text size="sm">{goal}</Text>
        </div>
        <Group gap="md" align="center">
          <NativeSelect
            aria-label="Which table"
            value={place.table}
            onChange={({ currentTarget: { value } }) => goTo(writeTablePlace({ ...place, table: value }))}
            data={[
              { value: FLOW, label: 'The order flow' },
              {
                group: 'Exercises',
                items: EXERCISES.map(({ name }) => ({ value: name, label: titleOf(name) })),
              },
            ]}
          />
          <Switch
            label="Predict first"
            checked={place.isPredicting}
            onChange={({ currentTarget: { checked } }) =>
              goTo(writeTablePlace({ ...place, isPredicting: checked }), true)
            }
          />
        </Group>
      </Group>
      <Group className={classes.bar} justify="space-between" gap="md">
        <Meter {...props} />
        {place.isPredicting && <Guessing {...props} />}
      </Group>
      <section className={classes.box} aria-label="The table; it scrolls">
        {children}
      </section>
      <div className={classes.details}>
        {details ?? (
          <Text size="sm" className={classes.soft}>
            Point at a cell, or walk with the arrow keys, to read it in full; click it or press{' '}
            <Kbd>Enter</Kbd> to watch its run at the moment the fault strikes.
          </Text>
        )}
      </div>
      <div className={classes.legend}>{legend}</div>
    </div>
  )
}

function Meter({ measuring, measured, count, noun }: TableFrameProps) {
  const { current, isStopped, stop, goOn } = measuring
  const isDone = count > 0 && measured === count
  return (
    <Group gap="sm" wrap="nowrap" className={classes.meter}>
      <Progress
        value={count === 0 ? 0 : (100 * measured) / count}
        w="8rem"
        size="sm"
        color={isDone ? 'teal' : undefined}
        aria-label={`${measured} of ${count} ${noun} measured`}
      />
      <Text size="sm" role="status" className={classes.status}>
        {isDone ? `All ${count} ${noun} measured` : `${measured} of ${count} ${noun} measured`}
        {current !== undefined && !isDone && `: ${current} …`}
        {isStopped && !isDone && ', stopped'}
      </Text>
      {!isDone && (
        <Button size="compact-sm" variant="default" onClick={isStopped ? goOn : stop}>
          {isStopped ? 'Go on' : 'Stop'}
        </Button>
      )}
    </Group>
  )
}

function Guessing({ score, onRevealAll, onBeginAgain }: TableFrameProps) {
  useHotkeys([['R', onRevealAll]], ['INPUT', 'TEXTAREA'])
  const { right, guessed, hidden } = score
  return (
    <Group gap="sm" wrap="nowrap">
      <Text size="sm" role="status" fw={600}>
        {guessed === 0 ? 'Guess, then reveal' : `${right} of ${guessed} guesses right`}
      </Text>
      <Text size="sm">{hidden} hidden</Text>
      <Button size="compact-sm" variant="default" onClick={onRevealAll} disabled={hidden === 0}>
        Reveal all <Kbd ml={6}>R</Kbd>
      </Button>
      <Button size="compact-sm" variant="default" onClick={onBeginAgain}>
        Begin again
      </Button>
    </Group>
  )
}
