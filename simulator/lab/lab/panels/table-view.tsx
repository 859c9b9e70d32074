/**
 * Rows of a table. Of very many, those that changed and the first few hundred are shown.
 */
import { memo, useEffect, useRef } from 'react'
import classes from './panels.module.css'
import type { ShownRow } from './table-rows.ts'

interface TableViewProps {
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: readonly ShownRow[]
}

const MAX_ROWS = 250
const MAX_LENGTH = 300

export const TableView = memo(function TableView({ name, columns, rows }: TableViewProps) {
  const scroller = useRef<HTMLElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows have changed in other places
  useEffect(() => {
    const changed = scroller.current?.querySelector<HTMLElement>('tr[data-change]')
    if (changed != null) showRow(scroller.current!, changed)
  }, [rows])
  const shown =
    rows.length <= MAX_ROWS
      ? rows
      : rows.filter(({ change }, index) => index < MAX_ROWS || change !== undefined).slice(0, 2 * MAX_ROWS)
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section ref={scroller} className={classes.tableScroll} tabIndex={0} aria-label={`Rows of ${name}`}>
        <table className={classes.table}>
          <thead>
            <tr>
              {columns.map(column => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ row, change }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of any table need have no key
              <tr key={index} data-change={change}>
                {row.map((value, column) => (
                  <td key={columns[column]} data-number={typeof value === 'number' || undefined}>
                    {column === 0 && change === 'new' && <span className={classes.sign}>new </span>}
                    {column === 0 && change === 'removed' && <span className={classes.sign}>gone </span>}
                    <CellText value={value} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {shown.length < rows.length && (
        <p className={classes.count}>and {(rows.length - shown.length).toLocaleString('en')} more rows</p>
      )}
    </>
  )
})

/** Scrolls the table, and nothing around it, until the row stands below its head. */
function showRow(scroller: HTMLElement, row: HTMLElement): void {
  const top = row.offsetTop - row.offsetHeight * 2
  if (
    top < scroller.scrollTop ||
    row.offsetTop + row.offsetHeight > scroller.scrollTop + scroller.clientHeight
  )
    scroller.scrollTop = Math.max(0, top)
}

function CellText({ value }: { value: string | number | null }) {
  if (value === null) return <i>null</i>
  const text = String(value)
  if (text.length <= 28) return text
  return (
    <span className={classes.long} title={text.slice(0, MAX_LENGTH)}>
      {text.slice(0, MAX_LENGTH)}
    </span>
  )
}
