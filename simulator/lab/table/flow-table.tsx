/**
 * The failure table of the order flow: each failure mode beside the run in which nothing fails.
 */
import { Text } from '@mantine/core'
import { useMemo, useReducer, useState } from 'react'
import { FAILURE_MODES } from '#simulator/shop/failure-modes.ts'
import { createFlowRow, type FlowRow, faultsOf } from '#simulator/shop/flow-table.ts'
import {
  sayBroken,
  sayBusiness,
  sayErrorsShow,
  sayLagShows,
  sayLocal,
} from '#simulator/shop/flow-table-words.ts'
import { DEFAULT_ORDERS } from '#simulator/shop/run-spec.ts'
import { useSimulator } from '../client/simulator-context.tsx'
import type { FlowResult } from '../worker/protocol.ts'
import { Grid, type GridRow } from './grid.tsx'
import { GuessSelect } from './guess-select.tsx'
import { type Measured, useMeasuring } from './measuring.ts'
import { NOTHING_GUESSED, predict, scoreOf, type Truth, truthOfRun } from './prediction.ts'
import { linkTo } from './run-link.ts'
import classes from './table.module.css'
import { TableFrame } from './table-frame.tsx'
import type { TablePlace } from './table-place.ts'

const COLUMNS = [
  { key: 'broken', heading: 'guarantee broken', width: '13rem' },
  { key: 'lag', heading: 'lag shows it?', width: '9rem' },
  { key: 'errors', heading: 'errors show it?', width: '11rem' },
  { key: 'local', heading: 'local effect', width: '17rem' },
  { key: 'business', heading: 'business effect', width: '17rem' },
  { key: 'known', heading: 'can one tell?', width: '7.5rem' },
  { key: 'cause', heading: 'cause', width: '6.5rem' },
] as const
type ColumnKey = (typeof COLUMNS)[number]['key']

const SCENARIO = { kind: 'shop', orders: DEFAULT_ORDERS } as const

interface MeasuredRow {
  readonly row: FlowRow
  readonly link: string
}

export function FlowTable({ place }: { place: TablePlace }) {
  const { isPredicting } = place
  const simulator = useSimulator()
  const tasks = FAILURE_MODES.map(mode => ({
    key: keyOf(mode.title),
    title: mode.title,
    measure: () =>
      simulator.call('flow', { orders: DEFAULT_ORDERS, plan: { seed: 1, faults: faultsOf(mode) } }),
  }))
  const measuring = useMeasuring('flow', tasks)
  const [prediction, dispatch] = useReducer(predict, NOTHING_GUESSED)
  const [looked, setLooked] = useState<number>()
  const found = useMemo(() => rowsOf(measuring.done), [measuring.done])
  const truths = useMemo(
    () => new Map<string, Truth>([...found].map(([title, { row }]) => [title, truthOfRun(row.measured)])),
    [found],
  )
  const isHidden = (title: string) => isPredicting && !prediction.revealed.has(title)

  const gridRows: GridRow[] = FAILURE_MODES.map(({ title }, number) => ({
    key: title,
    heading(tabIndex) {
      const link = found.get(title)?.link
      const text = `${number}. ${title}`
      if (link === undefined) return <span className={classes.mode}>{text}</span>
      return (
        <a
          data-cell
          href={link}
          className={classes.mode}
          tabIndex={tabIndex}
          aria-label={`${text}; open its run`}
        >
          {text}
        </a>
      )
    },
    cell(key, tabIndex) {
      const measured = found.get(title)
      const column = key as ColumnKey
      if (isHidden(title) && MEASURED_COLUMNS.has(column)) {
        if (column !== 'broken') return <span className={classes.unknown}>?</span>
        return (
          <GuessSelect
            label={`${title}: guess`}
            guess={prediction.guesses.get(title)}
            tabIndex={tabIndex}
            onGuess={guess => dispatch({ type: 'guess', keys: [title], guess })}
            onReveal={() => dispatch({ type: 'reveal', keys: [title] })}
          />
        )
      }
      if (measured === undefined) return <span className={classes.skeleton} />
      const guess = isPredicting ? prediction.guesses.get(title) : undefined
      const isRight = guess === undefined ? undefined : truths.get(title)?.includes(guess)
      return <FlowCell column={column} measured={measured} tabIndex={tabIndex} isRight={isRight} />
    },
  }))

  const lookedMode = looked === undefined ? undefined : FAILURE_MODES[looked]
  const titles = FAILURE_MODES.map(({ title }) => title)
  return (
    <TableFrame
      place={place}
      goal={`The order flow under every failure mode: ${DEFAULT_ORDERS} orders through the reference services.`}
      measuring={measuring}
      measured={measuring.done.size}
      count={FAILURE_MODES.length}
      noun="runs"
      score={scoreOf(prediction, truths)}
      onRevealAll={() => dispatch({ type: 'reveal', keys: titles })}
      onBeginAgain={() => dispatch({ type: 'begin again' })}
      legend={<Legend />}
      details={
        lookedMode === undefined ? undefined : (
          <Details
            title={lookedMode.title}
            row={found.get(lookedMode.title)?.row}
            isHidden={isHidden(lookedMode.title)}
          />
        )
      }
    >
      <Grid
        label="Failure table of the order flow"
        corner="failure mode"
        cornerWidth="16rem"
        columns={COLUMNS}
        rows={gridRows}
        tall
        onLook={row => setLooked(row)}
      />
    </TableFrame>
  )
}

const MEASURED_COLUMNS = new Set<ColumnKey>(['broken', 'lag', 'errors', 'local', 'business'])

interface FlowCellProps {
  column: ColumnKey
  measured: MeasuredRow
  tabIndex: number
  isRight: boolean | undefined
}

function FlowCell({ column, measured: { row, link }, tabIndex, isRight }: FlowCellProps) {
  if (column !== 'broken') return <span className={classes.prose}>{TEXTS[column](row)}</span>
  const { measured, destroysData } = row
  const isBroken = measured.broken.length > 0 || measured.trouble !== undefined
  const outcomes = [...new Set(measured.broken.map(({ outcome }) => outcome))].join(', ')
  const words = measured.trouble !== undefined ? 'not judged' : isBroken ? outcomes : 'none'
  const tone = isBroken ? 'broken' : 'right'
  return (
    <a
      data-cell
      href={link}
      className={classes.cell}
      data-tone={tone}
      tabIndex={tabIndex}
      aria-label={`${row.title}: ${sayBroken(measured)}; open its run`}
    >
      <span aria-hidden className={classes.sign}>
        {isBroken ? '✗' : '✓'}
      </span>
      <span className={classes.words}>
        {words}
        {isBroken && destroysData && ', noticed'}
      </span>
      {isRight !== undefined && (
        <span className={classes.mark} data-right={isRight}>
          {isRight ? 'guessed' : 'missed'}
        </span>
      )}
    </a>
  )
}

const TEXTS: Readonly<Record<Exclude<ColumnKey, 'broken'>, (row: FlowRow) => string>> = {
  lag: ({ measured }) => sayLagShows(measured),
  errors: ({ measured }) => sayErrorsShow(measured),
  local: ({ measured }) => sayLocal(measured),
  business: ({ measured }) => sayBusiness(measured),
  known: ({ note }) => note?.known ?? '–',
  cause: ({ catalogue }) => catalogue.causes.join(', ') || '–',
}

function Details({ title, row, isHidden }: { title: string; row: FlowRow | undefined; isHidden: boolean }) {
  if (row === undefined || isHidden) {
    return (
      <Text size="sm">
        <b>{title}</b>:{' '}
        {isHidden ? 'what do you think: does everything hold in the end?' : 'not measured yet'}
      </Text>
    )
  }
  const { measured, schedule } = row
  const [broken] = measured.broken
  return (
    <>
      <Text size="sm" lineClamp={1}>
        <b>{title}</b>: {schedule}
      </Text>
      <Text size="sm" className={classes.soft} lineClamp={2}>
        {[
          broken === undefined ? '' : `${broken.message}.`,
          `Local: ${sayLocal(measured)}.`,
          `Business: ${sayBusiness(measured)}.`,
        ]
          .filter(Boolean)
          .join(' ')}
      </Text>
    </>
  )
}

function Legend() {
  return (
    <>
      <span className={classes.entry}>
        <span className={classes.sample} data-tone="right">
          ✓ none
        </span>{' '}
        every guarantee holds after healing
      </span>
      <span className={classes.entry}>
        <span className={classes.sample} data-tone="broken">
          ✗ lost, noticed
        </span>{' '}
        acknowledged data was destroyed, and a guarantee noticed
      </span>
      <span className={classes.entry}>
        Measured beside the run in which nothing fails; “can one tell?” and “cause” were written by people.
      </span>
    </>
  )
}

function rowsOf(done: ReadonlyMap<string, Measured<FlowResult>>): ReadonlyMap<string, MeasuredRow> {
  const usual = done.get(keyOf(FAILURE_MODES[0]!.title))?.answer
  const rows = new Map<string, MeasuredRow>()
  if (usual === undefined) return rows
  for (const [number, mode] of FAILURE_MODES.entries()) {
    const result = done.get(keyOf(mode.title))?.answer
    if (result === undefined) continue
    const row = createFlowRow(number, mode, result, usual)
    rows.set(mode.title, { row, link: linkTo(SCENARIO, result.shown, row.measured.broken.length > 0) })
  }
  return rows
}

const keyOf = (title: string) => `flow ${title}`
