/**
 * Where the arrow keys lead in a grid of cells, of which some cannot be entered.
 */
export interface CellPosition {
  readonly row: number
  readonly column: number
}

export interface GridSize {
  readonly rows: number
  readonly columns: number
}

const STEPS: Readonly<Record<string, readonly [down: number, right: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

/** The next cell in that direction that can be entered; undefined when there is none, or the key leads nowhere. */
export function cellAfter(
  key: string,
  from: CellPosition,
  { rows, columns }: GridSize,
  canEnter: (position: CellPosition) => boolean,
): CellPosition | undefined {
  if (key === 'Home') return firstOf({ row: from.row, column: -1 }, [0, 1])
  if (key === 'End') return firstOf({ row: from.row, column: columns }, [0, -1])
  const step = STEPS[key]
  return step === undefined ? undefined : firstOf(from, step)

  function firstOf(start: CellPosition, [down, right]: readonly [number, number]): CellPosition | undefined {
    for (let { row, column } = start; ; ) {
      row += down
      column += right
      if (row < 0 || column < 0 || row >= rows || column >= columns) return undefined
      if (canEnter({ row, column })) return { row, column }
    }
  }
}
