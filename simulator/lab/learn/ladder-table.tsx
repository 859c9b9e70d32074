/**
 * Two runs side by side, step by step: what both do spans both columns, and a rule stands where they part.
 */
import { VisuallyHidden } from '@mantine/core'
import { IconBolt, IconCircleCheckFilled, IconCircleXFilled } from '@tabler/icons-react'
import { Fragment } from 'react'
import type { Ladder, LadderCell, LadderRow, LadderSide } from '#simulator/trace/ladder.ts'
import { formatMoment } from '#simulator/trace/render-ladder.ts'
import classes from './ladder.module.css'

export function LadderTable({ ladder }: { ladder: Ladder }) {
  const { left, right, rows, about } = ladder
  const columns = right === undefined ? 2 : 3
  return (
    // biome-ignore lint/a11y/useSemanticElements: a region would be a landmark, and there may be several of these
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse must be able to scroll it
    <div role="group" className={classes.scroll} tabIndex={0} aria-label="The run, step by step">
      <table className={classes.ladder} data-sides={right === undefined ? 1 : 2}>
        {about !== '' && <caption>About {about}</caption>}
        <thead>
          <tr>
            <th scope="col">
              <VisuallyHidden>Time</VisuallyHidden>
            </th>
            <Title side={left} />
            {right !== undefined && <Title side={right} />}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of one ladder never move
            <Row key={index} row={row} ladder={ladder} columns={columns} before={timeBefore(rows, index)} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td />
            <Result side={left} />
            {right !== undefined && <Result side={right} />}
          </tr>
        </tfoot>
      </table>
      <p className={classes.legend}>
        <IconBolt className={classes.sign} size={12} aria-hidden /> the fault · ↻ delivered again · + rows
        committed · offset: where the group goes on after a restart
      </p>
    </div>
  )
}

function Title({ side: { title } }: { side: LadderSide }) {
  return <th scope="col">{title}</th>
}

function Result({ side: { holds, result } }: { side: LadderSide }) {
  const Icon = holds ? IconCircleCheckFilled : IconCircleXFilled
  return (
    <td className={classes.result} data-holds={holds}>
      <Icon size={15} aria-label={holds ? 'holds' : 'fails'} /> <span>{result}</span>
    </td>
  )
}

interface RowProps {
  readonly row: LadderRow
  readonly ladder: Ladder
  readonly columns: number
  /** The moment of the row above, which need not be said again. */
  readonly before: string
}

function Row({ row, ladder, columns, before }: RowProps) {
  const isPaired = ladder.right !== undefined
  if (row.kind === 'fold') {
    return (
      <tr className={classes.fold}>
        <td />
        {!isPaired || row.isSame ? (
          <td colSpan={columns - 1}>
            … {row.left} {isPaired ? 'steps alike' : 'more steps'}
          </td>
        ) : (
          [row.left, row.right].map((count, side) => (
            <td key={side === 0 ? 'left' : 'right'}>{count > 0 && `… ${count} more steps`}</td>
          ))
        )}
      </tr>
    )
  }
  const { left, right } = row
  const moment = momentOf(row)
  return (
    <Fragment>
      {row.isParting && isPaired && (
        <tr className={classes.parting}>
          <td colSpan={columns}>Here the runs part</td>
        </tr>
      )}
      <tr data-fault={left?.isFault === true || right?.isFault === true}>
        <td className={classes.time}>{moment !== before && moment}</td>
        {row.isSame ? (
          <td colSpan={columns - 1} className={isPaired ? classes.same : undefined}>
            <Step cell={(left ?? right)!} lanes={ladder.lanes} />
          </td>
        ) : (
          <>
            <td className={classes.different}>
              {left !== undefined && <Step cell={left} lanes={ladder.lanes} />}
            </td>
            {isPaired && (
              <td className={classes.different}>
                {right !== undefined && <Step cell={right} lanes={ladder.lanes} />}
              </td>
            )}
          </>
        )}
      </tr>
    </Fragment>
  )
}

const ARROWS = { message: '→', answer: '⇢', lost: '↛', note: '' } as const

function Step({
  cell: { from, to, style, text, isFault },
  lanes,
}: {
  cell: LadderCell
  lanes: readonly string[]
}) {
  const isNote = to === undefined || to === from
  return (
    <span className={classes.step}>
      <span className={classes.lanes}>
        {lanes[from]}
        {!isNote && (
          <>
            {' '}
            <span title={style === 'lost' ? 'lost on its way' : undefined}>{ARROWS[style] || '→'}</span>{' '}
            {lanes[to]}
          </>
        )}
      </span>
      <span className={classes.text} data-fault={isFault}>
        {isFault && <IconBolt size={13} aria-label="fault:" />}
        {text}
      </span>
    </span>
  )
}

function momentOf(row: LadderRow): string {
  if (row.kind === 'fold') return ''
  const cell = row.left ?? row.right
  return cell === undefined ? '' : formatMoment(cell.t)
}

function timeBefore(rows: readonly LadderRow[], index: number): string {
  const above = rows[index - 1]
  return above === undefined ? '' : momentOf(above)
}
