/**
 * The failure table of the order flow: each failure mode beside the run in which nothing fails.
 */
import { useMemo, useReducer, useState } from 'react'
import { FAILURE_MODES } from '#simulator/shop/failure-modes.ts'
import { createFlowRow, faultsOf } from '#simulator/shop/flow-table.ts'
import { DEFAULT_ORDERS } from '#simulator/shop/run-spec.ts'
import { useSimulator } from '../client/simulator-context.tsx'
import type { FlowResult } from '../worker/protocol.ts'
import { COLUMNS, type ColumnKey, FlowCell, MEASURED_COLUMNS, type MeasuredRow } from './flow-cells.tsx'
import { FlowDetails, FlowLegend } from './flow-details.tsx'
import { Grid, type GridRow } from './grid.tsx'
import { GuessSelect } from './guess-select.tsx'
import { type Measured, useMeasuring } from './measuring.ts'
import { NOTHING_GUESSED, predict, scoreOf, type Truth, truthOfRun } from './prediction.ts'
import { linkTo } from './run-link.ts'
import classes from './table.module.css'
import { TableFrame } from './table-frame.tsx'
import type { TablePlace } from './table-place.ts'

const SCENARIO = { kind: 'shop', orders: DEFAULT_ORDERS } as const

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
      legend={<FlowLegend />}
      details={
        lookedMode === undefined ? undefined : (
          <FlowDetails
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
