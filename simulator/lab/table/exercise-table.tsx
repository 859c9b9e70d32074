/**
 * The failure table of an exercise: a row for each family of faults, a column for each answer.
 */
import { useMemo, useReducer, useState } from 'react'
import { useCall, useSimulator } from '../client/simulator-context.tsx'
import { RefusalNotice } from '../shell/refusal-notice.tsx'
import type { TableExercise } from './answers.ts'
import { AnswerName, CellLink, RefusedCell, RowHeading } from './exercise-cells.tsx'
import { CellDetails, Legend } from './exercise-details.tsx'
import { Grid, type GridRow } from './grid.tsx'
import { GuessSelect } from './guess-select.tsx'
import { cellsOf, keyOf, keyOfColumn, refusalOf, useSaves } from './measured-columns.ts'
import { useMeasuring } from './measuring.ts'
import { NOTHING_GUESSED, predict, scoreOf, type Truth, truthOfCell } from './prediction.ts'
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
  const allKeys = rows.flatMap(({ family }) => answers.map(answer => keyOf(family, answer)))
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
      if (troubled !== undefined) return <RefusedCell tabIndex={tabIndex} refusal={troubled} />
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
      onRevealAll={() => dispatch({ type: 'reveal', keys: allKeys })}
      onBeginAgain={() => dispatch({ type: 'begin again' })}
      legend={<Legend />}
      details={
        lookedAnswer === undefined || lookedRow === undefined ? undefined : (
          <CellDetails
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
