/**
 * What stands in the cells and headings of an exercise's failure table.
 */
import { Fragment } from 'react'
import type { ColumnCell, Refusal } from '../worker/protocol.ts'
import { GuessMark } from './guess-mark.tsx'
import { GuessSelect } from './guess-select.tsx'
import { linkTo } from './run-link.ts'
import { sayCell } from './say-cell.ts'
import classes from './table.module.css'

interface CellLinkProps {
  exercise: string
  answer: string
  title: string
  found: ColumnCell
  tabIndex: number
  /** Whether the guess was right; undefined when there was none. */
  isRight: boolean | undefined
}

export function CellLink({ exercise, answer, title, found, tabIndex, isRight }: CellLinkProps) {
  const { cell, shown } = found
  const { tone, sign, words } = sayCell(cell)
  const content = (
    <>
      <span aria-hidden className={classes.sign}>
        {sign}
      </span>
      <span className={classes.words}>{words}</span>
      <GuessMark isRight={isRight} />
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

export function RowHeading({
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

/** Of an answer that could not be run at all. */
export function RefusedCell({ tabIndex, refusal }: { tabIndex: number; refusal: Refusal }) {
  return (
    <span className={classes.cell} data-tone="quiet" data-cell tabIndex={tabIndex} title={refusal.sentence}>
      –
    </span>
  )
}

/** Broken at its hyphens, so that a column need not be as wide as its name. */
export function AnswerName({ name }: { name: string }) {
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
