/**
 * The failure table of an exercise: a row for each family of faults, a column for each answer.
 */
import { Text } from '@mantine/core'
import { Fragment, useEffect, useMemo, useReducer, useState } from 'react'
import { sayPlan } from '#simulator/explore/say-plan.ts'
import { useCall, useSimulator } from '../client/simulator-context.tsx'
import { RefusalNotice } from '../shell/refusal-notice.tsx'
import type { ColumnCell, ColumnResult, Refusal } from '../worker/protocol.ts'
import { SLOT_SAVED, type SlotSaved } from '../worker/slot-saved.ts'
import type { TableExercise } from './answers.ts'
import { Grid, type GridRow } from './grid.tsx'
import { GuessSelect } from './guess-select.tsx'
import { forget, type Measured, useMeasuring } from './measuring.ts'
import { NOTHING_GUESSED, predict, scoreOf, type Truth, truthOfCell } from './prediction.ts'
import { linkTo } from './run-link.ts'
import { LEGEND, sayCell, sayCellAtLength } from './say-cell.ts'
import classes from './table.module.css'
import { TableFrame } from './table-frame.tsx'
import type { TablePlace } from './table-place.ts'

export function ExerciseTable({ exercise, place }: { exercise: TableExercise; place: TablePlace }) {
  const { name, answers } = exercise
  const { isPredicting } = place
  const simulator = useSimulator()
  const saves = useSaves(name)
  const { answer: table, refusal } = useCall('tableRows', { exercise: name })
  const tasks = answers.map(answer => ({
    key: keyOfColumn(name, answer),
    title: answer,
    measure: () => simulator.call('column', { exercise: name, answer }),
  }))
  const measuring = useMeasuring(`${name} ${saves}`, tasks)
  const [prediction, dispatch] = useReducer(predict, NOTHING_GUESSED)
  const [looked, setLooked] = useState<{ row: number; column: number }>()

  const cells = useMemo(() => cellsOf(exercise, measuring.done), [exercise, measuring.done])
  const truths = useMemo(
    () => new Map<string, Truth>([...cells].map(([key, { cell }]) => [key, truthOfCell(cell)])),
    [cells],
  )
  const rows = table?.rows ?? []
  const isHidden = (key: string) =>
    isPredicting && !prediction.revealed.has(key) && (!truths.has(key) || truths.get(key) !== undefined)

  const gridRows: GridRow[] = rows.map(({ family, title }) => ({
    key: family,
    heading(tabIndex) {
      if (!isPredicting) return title
      const keys = answers.map(answer => keyOf(family, answer)).filter(isHidden)
      return (
        <RowHeading
          title={title}
          tabIndex={tabIndex}
          onGuess={guess => dispatch({ type: 'guess', keys, guess })}
          onReveal={() => dispatch({ type: 'reveal', keys })}
        />
      )
    },
    cell(answer, tabIndex) {
      const key = keyOf(family, answer)
      const column = measuring.done.get(keyOfColumn(name, answer))
      const troubled = column === undefined ? undefined : refusalOf(column)
      if (troubled !== undefined)
        return (
          <span className={classes.cell} data-tone="quiet">
            –
          </span>
        )
      if (isHidden(key)) {
        return (
          <GuessSelect
            label={`${title}, ${answer}: guess`}
            guess={prediction.guesses.get(key)}
            tabIndex={tabIndex}
            onGuess={guess => dispatch({ type: 'guess', keys: [key], guess })}
            onReveal={() => dispatch({ type: 'reveal', keys: [key] })}
          />
        )
      }
      const found = cells.get(key)
      if (found === undefined) return <span className={classes.skeleton} />
      const guess = isPredicting ? prediction.guesses.get(key) : undefined
      const isRight = guess === undefined ? undefined : truths.get(key)?.includes(guess)
      return <CellLink {...{ exercise: name, answer, title, found, tabIndex, isRight }} />
    },
  }))

  if (refusal !== undefined) return <RefusalNotice refusal={refusal} />
  const lookedAnswer = looked === undefined ? undefined : answers[looked.column]
  const lookedRow = looked === undefined ? undefined : rows[looked.row]
  return (
    <TableFrame
      place={place}
      goal={table?.goal ?? ' '}
      measuring={measuring}
      measured={answers.filter(answer => measuring.done.has(keyOfColumn(name, answer))).length}
      count={answers.length}
      noun="columns"
      score={scoreOf(prediction, truths)}
      onRevealAll={() => dispatch({ type: 'reveal', keys: [...cells.keys()] })}
      onBeginAgain={() => dispatch({ type: 'begin again' })}
      legend={<Legend />}
      details={
        lookedAnswer === undefined || lookedRow === undefined ? undefined : (
          <Details
            title={lookedRow.title}
            answer={lookedAnswer}
            found={cells.get(keyOf(lookedRow.family, lookedAnswer))}
            isHidden={isHidden(keyOf(lookedRow.family, lookedAnswer))}
            refusal={refusalOf(measuring.done.get(keyOfColumn(name, lookedAnswer)))}
          />
        )
      }
    >
      <Grid
        label={`Failure table of exercise ${name}`}
        corner="what fails, once"
        cornerWidth={isPredicting ? '19.5rem' : '16rem'}
        columns={answers.map(answer => ({
          key: answer,
          heading: <AnswerName name={answer} />,
          // Beside the outcome there has to be room for what became of the guess.
          width: isPredicting ? '10.75rem' : '8.25rem',
        }))}
        rows={gridRows}
        onLook={(row, column) => setLooked({ row, column })}
      />
    </TableFrame>
  )
}

interface CellLinkProps {
  exercise: string
  answer: string
  title: string
  found: ColumnCell
  tabIndex: number
  /** Whether the guess was right; undefined when there was none. */
  isRight: boolean | undefined
}

function CellLink({ exercise, answer, title, found, tabIndex, isRight }: CellLinkProps) {
  const { cell, shown } = found
  const { tone, sign, words } = sayCell(cell)
  const content = (
    <>
      <span aria-hidden className={classes.sign}>
        {sign}
      </span>
      <span className={classes.words}>{words}</span>
      {isRight !== undefined && (
        <span className={classes.mark} data-right={isRight}>
          {isRight ? 'guessed' : 'missed'}
        </span>
      )}
    </>
  )
  const label = `${title}, ${answer}: ${cell.text}`
  if (shown === undefined) {
    return (
      <span className={classes.cell} data-tone={tone} data-cell tabIndex={tabIndex} title={cell.text}>
        {content}
      </span>
    )
  }
  const scenario = { kind: 'exercise', exercise, answer } as const
  return (
    <a
      data-cell
      href={linkTo(scenario, shown, cell.kind === 'broken' || cell.kind === 'trouble')}
      className={classes.cell}
      data-tone={tone}
      tabIndex={tabIndex}
      aria-label={`${label}; open its run`}
    >
      {content}
    </a>
  )
}

function RowHeading({
  title,
  ...select
}: { title: string } & Pick<Parameters<typeof GuessSelect>[0], 'tabIndex' | 'onGuess' | 'onReveal'>) {
  return (
    <span className={classes.rowHeading}>
      {title}
      <span className={classes.rowSelect}>
        <GuessSelect
          label={`${title}: guess the whole row, or show it`}
          guess={undefined}
          unguessed="row"
          {...select}
        />
      </span>
    </span>
  )
}

interface DetailsProps {
  title: string
  answer: string
  found: ColumnCell | undefined
  isHidden: boolean
  refusal: Refusal | undefined
}

function Details({ title, answer, found, isHidden, refusal }: DetailsProps) {
  const said = (() => {
    if (refusal !== undefined) return { head: refusal.sentence, body: refusal.next }
    if (isHidden)
      return { head: 'What do you think will happen?', body: 'Press Enter to choose a word, R to reveal.' }
    if (found === undefined) return { head: 'not measured yet', body: '' }
    const { cell, shown } = found
    const plan = shown === undefined ? '' : sayPlan(shown.plan)
    return { head: sayCellAtLength(cell), body: [plan, cell.example?.message].filter(Boolean).join(' → ') }
  })()
  return (
    <>
      <Text size="sm" truncate>
        <b>{answer}</b> under <b>{title}</b>: {said.head}
      </Text>
      <Text size="sm" className={classes.soft} lineClamp={2}>
        {said.body}
      </Text>
    </>
  )
}

/** Broken at its hyphens, so that a column need not be as wide as its name. */
function AnswerName({ name }: { name: string }) {
  return (
    <span className={classes.answer} data-kind={KINDS.has(name) ? name : 'mistake'}>
      {name.split(/(?<=-)/).map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a name never change places
        <Fragment key={index}>
          {part}
          <wbr />
        </Fragment>
      ))}
    </span>
  )
}

const KINDS = new Set(['starter', 'solution', 'yours'])

export function Legend() {
  return LEGEND.map(({ tone, sign, words, meaning }) => (
    <span key={meaning} className={classes.entry}>
      <span className={classes.sample} data-tone={tone}>
        {sign} {words}
      </span>{' '}
      {meaning}
    </span>
  ))
}

function cellsOf(
  { name, answers }: TableExercise,
  done: ReadonlyMap<string, Measured<ColumnResult>>,
): ReadonlyMap<string, ColumnCell> {
  const cells = new Map<string, ColumnCell>()
  for (const answer of answers) {
    for (const found of done.get(keyOfColumn(name, answer))?.answer?.rows ?? [])
      cells.set(keyOf(found.family, answer), found)
  }
  return cells
}

function refusalOf(column: Measured<ColumnResult> | undefined): Refusal | undefined {
  return column?.refusal ?? column?.answer?.refused
}

const keyOf = (family: string, answer: string) => `${family} ${answer}`
const keyOfColumn = (exercise: string, answer: string) => `column ${exercise} ${answer}`

/** How often the student's own file was saved since the table was opened. */
function useSaves(exercise: string): number {
  const [saves, setSaves] = useState(0)
  useEffect(() => {
    const onSaved = (saved: SlotSaved) => {
      if (saved.exercise !== exercise) return
      forget(keyOfColumn(exercise, 'yours'))
      setSaves(count => count + 1)
    }
    import.meta.hot?.on(SLOT_SAVED, onSaved)
    return () => import.meta.hot?.off(SLOT_SAVED, onSaved)
  }, [exercise])
  return saves
}
