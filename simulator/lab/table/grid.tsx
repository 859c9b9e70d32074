/**
 * A grid of cells with a heading for each row and column that stay in sight. One cell can be reached by Tab, the others from it by
 * the arrow keys.
 */
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { type CellPosition, cellAfter } from './grid-keys.ts'
import classes from './table.module.css'

export interface GridColumn {
  readonly key: string
  readonly heading: ReactNode
  /** In CSS. */
  readonly width: string
}

export interface GridRow {
  readonly key: string
  /** The row's heading; with the attribute `data-cell` where it can be entered. */
  heading(tabIndex: number): ReactNode
  /** What can be entered carries the attribute `data-cell` and the given `tabIndex`. */
  cell(column: string, tabIndex: number): ReactNode
}

export interface GridProps {
  readonly label: string
  readonly corner: ReactNode
  readonly cornerWidth: string
  readonly columns: readonly GridColumn[]
  readonly rows: readonly GridRow[]
  readonly tall?: boolean
  /** Tells of the cell under the pointer or with the focus; column −1 is the row's heading. */
  onLook(row: number, column: number): void
}

export function Grid({ label, corner, cornerWidth, columns, rows, tall = false, onLook }: GridProps) {
  const table = useRef<HTMLTableElement>(null)
  const [entry, setEntry] = useState<CellPosition>()

  const find = ({ row, column }: CellPosition) =>
    table.current?.rows[row + 1]?.cells[column]?.querySelector<HTMLElement>('[data-cell]') ?? undefined

  const hasFocus = useRef(false)
  useEffect(() => {
    // What was entered has made way for something else: a guess for what it was about.
    if (hasFocus.current && entry !== undefined && document.activeElement === document.body)
      find(entry)?.focus()
  })

  function move(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const from = positionOf(event.target)
    if (from === undefined) return
    const size = { rows: rows.length, columns: columns.length + 1 }
    const to = cellAfter(event.key, from, size, position => find(position) !== undefined)
    if (to === undefined) {
      // A chooser would change its choice.
      if (event.key.startsWith('Arrow')) event.preventDefault()
      return
    }
    event.preventDefault()
    find(to)?.focus()
  }

  function look(target: EventTarget): void {
    const at = positionOf(target)
    if (at !== undefined && at.row >= 0) onLook(at.row, at.column - 1)
  }

  const tabIndexOf = (row: number, column: number) => {
    const { row: entryRow, column: entryColumn } = entry ?? { row: 0, column: 1 }
    return row === entryRow && column === entryColumn ? 0 : -1
  }

  return (
    <table
      ref={table}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its cells are walked through
      role="grid"
      aria-label={label}
      className={classes.grid}
      data-tall={tall || undefined}
      // A width of its own is what makes columns as wide as they are told, whatever comes into their cells.
      style={{ width: `calc(${[cornerWidth, ...columns.map(({ width }) => width)].join(' + ')})` }}
      onKeyDown={move}
      onFocus={event => {
        const at = positionOf(event.target)
        if (at !== undefined && at.row >= 0) setEntry(at)
        hasFocus.current = true
        look(event.target)
      }}
      onBlur={({ target }) => {
        hasFocus.current = !target.isConnected
      }}
      onMouseOver={event => look(event.target)}
    >
      <colgroup>
        <col style={{ width: cornerWidth }} />
        {columns.map(({ key, width }) => (
          <col key={key} style={{ width }} />
        ))}
      </colgroup>
      <thead>
        <tr>
          <th scope="col">{corner}</th>
          {columns.map(({ key, heading }) => (
            <th key={key} scope="col">
              {heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, rowIndex) => (
          <tr key={row.key}>
            <th scope="row">{row.heading(tabIndexOf(rowIndex, 0))}</th>
            {columns.map(({ key }, columnIndex) => (
              <td key={key}>{row.cell(key, tabIndexOf(rowIndex, columnIndex + 1))}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Row 0 is the first below the headings; column 0 holds the rows' headings. */
function positionOf(target: EventTarget): CellPosition | undefined {
  const cell = target instanceof Element ? target.closest<HTMLTableCellElement>('td, th') : null
  const row = cell?.closest('tr')
  return cell === null || row == null ? undefined : { row: row.rowIndex - 1, column: cell.cellIndex }
}
