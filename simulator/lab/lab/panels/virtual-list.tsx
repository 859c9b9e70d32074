/**
 * A list of which only the rows in sight are in the page, so that ten thousand are as quick as ten. All rows are equally high.
 */
import { useElementSize, useMergedRef } from '@mantine/hooks'
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import classes from './virtual-list.module.css'

export interface VirtualListProps {
  readonly count: number
  /** Height of a row in rem, so that it grows with the type. */
  readonly rowRem: number
  readonly label: string
  readonly className?: string | undefined
  /** A row that is to be in sight whenever it changes. */
  readonly shown?: number | undefined
  row(index: number): ReactNode
  rowKey?(index: number): string | number
  onKeyDown?(event: KeyboardEvent<HTMLElement>): void
}

const ROWS_BEYOND = 6

export function VirtualList(props: VirtualListProps) {
  const { count, rowRem, label, className, shown, row, rowKey, onKeyDown } = props
  const { ref: sizeRef, height } = useElementSize<HTMLDivElement>()
  const element = useRef<HTMLDivElement>(null)
  const ref = useMergedRef(sizeRef, element)
  const [top, setTop] = useState(0)
  const rowPixels = rowRem * remPixels()

  useEffect(() => {
    const list = element.current
    if (shown === undefined || list === null) return
    const at = shown * rowPixels
    if (at < list.scrollTop || at + rowPixels > list.scrollTop + list.clientHeight)
      list.scrollTop = Math.max(0, at - list.clientHeight / 2)
  }, [shown, rowPixels])

  const first = Math.max(0, Math.min(count, Math.floor(top / rowPixels)) - ROWS_BEYOND)
  const last = Math.min(count, Math.ceil((top + height) / rowPixels) + ROWS_BEYOND)
  return (
    <section
      ref={ref}
      className={`${classes.list} ${className ?? ''}`}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
      tabIndex={0}
      onScroll={event => setTop(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
    >
      <ol className={classes.rows} style={{ height: count * rowPixels }}>
        {Array.from({ length: Math.max(0, last - first) }, (_, position) => {
          const index = first + position
          return (
            <li
              key={rowKey?.(index) ?? index}
              className={classes.row}
              style={{ height: rowPixels, transform: `translateY(${index * rowPixels}px)` }}
              aria-posinset={index + 1}
              aria-setsize={count}
            >
              {row(index)}
            </li>
          )
        })}
      </ol>
    </section>
  )
}

function remPixels(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
}
