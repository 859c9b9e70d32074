/**
 * The columns of the flow's failure table, and what stands in their cells.
 */
import type { FlowRow } from '#simulator/shop/flow-table.ts'
import {
  sayBroken,
  sayBusiness,
  sayErrorsShow,
  sayLagShows,
  sayLocal,
} from '#simulator/shop/flow-table-words.ts'
import { GuessMark } from './guess-mark.tsx'
import classes from './table.module.css'

export const COLUMNS = [
  { key: 'broken', heading: 'guarantee broken', width: '13rem' },
  { key: 'lag', heading: 'lag shows it?', width: '9rem' },
  { key: 'errors', heading: 'errors show it?', width: '11rem' },
  { key: 'local', heading: 'local effect', width: '17rem' },
  { key: 'business', heading: 'business effect', width: '17rem' },
  { key: 'known', heading: 'can one tell?', width: '7.5rem' },
  { key: 'cause', heading: 'cause', width: '6.5rem' },
] as const
export type ColumnKey = (typeof COLUMNS)[number]['key']

/** What is hidden before it is guessed. */
export const MEASURED_COLUMNS = new Set<ColumnKey>(['broken', 'lag', 'errors', 'local', 'business'])

export interface MeasuredRow {
  readonly row: FlowRow
  readonly link: string
}

interface FlowCellProps {
  column: ColumnKey
  measured: MeasuredRow
  tabIndex: number
  isRight: boolean | undefined
}

export function FlowCell({ column, measured: { row, link }, tabIndex, isRight }: FlowCellProps) {
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
      <GuessMark isRight={isRight} />
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
