/**
 * How text is set in the terminal: colours with restraint (none when not wanted), columns, numbers and times.
 */
import pc from 'picocolors'
import stringWidth from 'string-width'

export { formatCount, formatMoney, formatTime, plural } from '#simulator/explore/say-numbers.ts'

export const style = {
  title: pc.bold,
  quiet: pc.dim,
  good: pc.green,
  bad: pc.red,
  warning: pc.yellow,
  command: pc.cyan,
}

export type Align = 'left' | 'right'

export interface Column {
  readonly heading: string
  readonly align?: Align
}

/** Rows under headings, two spaces between columns, every cell as wide as it needs to be. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  indent = '  ',
): string {
  const widths = columns.map(({ heading }, index) =>
    Math.max(stringWidth(heading), ...rows.map(row => stringWidth(row[index] ?? ''))),
  )
  const line = (cells: readonly string[], paint: (text: string) => string) =>
    `${indent}${cells.map((cell, index) => paint(pad(cell, widths[index]!, columns[index]!.align ?? 'left'))).join('  ')}`.trimEnd()
  return [
    line(
      columns.map(({ heading }) => heading),
      style.quiet,
    ),
    ...rows.map(row => line(row, text => text)),
  ].join('\n')
}

export function pad(text: string, width: number, align: Align = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)))
  return align === 'left' ? text + space : space + text
}

/** Breaks a text at spaces so that no line is wider than `width`; further lines start with `indent`. */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && stringWidth(line) + 1 + stringWidth(word) > width) {
      lines.push(line)
      line = indent + word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line].join('\n')
}

/** How wide the terminal is; 100 when nobody knows. */
export function terminalWidth(): number {
  return process.stdout.columns ?? 100
}

/** One line that is written over while work goes on; silent where nobody looks at a terminal. */
export function createProgressLine(stream: NodeJS.WriteStream = process.stderr): {
  show(text: string): void
  clear(): void
} {
  let shown = false
  return {
    show(text) {
      if (!stream.isTTY) return
      stream.write(`\r\u001b[K${style.quiet(text)}`)
      shown = true
    },
    clear() {
      if (shown) stream.write('\r\u001b[K')
      shown = false
    },
  }
}
