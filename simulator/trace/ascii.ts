/**
 * A Mermaid sequence diagram as text for the terminal.
 */
import { renderMermaidASCII } from 'beautiful-mermaid'
import { unescapeText } from './sequence-diagram.ts'

export interface AsciiOptions {
  /** Columns there are; long texts are broken over lines until the diagram fits, as far as it can. Default 120. */
  readonly width?: number
  /** Only `+ - | >` instead of box-drawing characters. Default false. */
  readonly plain?: boolean
}

/** @param mermaid a `sequenceDiagram`, as `sequenceDiagram()` makes it */
export function renderAscii(mermaid: string, { width = 120, plain = false }: AsciiOptions = {}): string {
  const lines = mermaid.split('\n').map(readLine)
  const { heading, rest } = splitLeadingNotes(lines)
  let drawn = ''
  for (const columns of TEXT_COLUMNS) {
    drawn = draw(rest, columns, plain)
    if (drawn.split('\n').every(line => line.length <= width)) break
  }
  const text = [...heading, drawn].filter(part => part !== '').join('\n')
  return plain ? toAscii(text) : text
}

/** How long the lines of a text may be, from roomy to narrow. */
const TEXT_COLUMNS = [60, 48, 40, 32, 26, 22, 18, 15, 12, 10, 8]

interface Line {
  /** All that is syntax: `  orders->>order_events: `. */
  readonly syntax: string
  /** What is to be read, without entities; empty where there is nothing. */
  readonly text: string
}

function readLine(line: string): Line {
  const declared = /^(\s*(?:participant|actor)\s+\S+\s+as\s+)(.+)$/.exec(line)
  const spoken = declared ?? /^([^:]*:\s*)(.+)$/.exec(line)
  if (spoken === null) return { syntax: line, text: '' }
  return { syntax: spoken[1]!, text: unescapeText(spoken[2]!) }
}

/** The renderer drops notes that stand before the first arrow; they go above the diagram. */
function splitLeadingNotes(lines: readonly Line[]): { heading: string[]; rest: Line[] } {
  const firstArrow = lines.findIndex(({ syntax }) => /-(>>?|x|\))\S*:/.test(syntax))
  const end = firstArrow < 0 ? lines.length : firstArrow
  const labels = new Map(
    lines.map(({ syntax, text }) => [/^\s*(?:participant|actor)\s+(\S+)/.exec(syntax)?.[1], text]),
  )
  const heading: string[] = []
  const rest = lines.filter(({ syntax, text }, index) => {
    const over = /^\s*Note over ([^:,]+)(,[^:]+)?:/.exec(syntax)
    if (over === null || index >= end) return true
    const id = over[1]!.trim()
    heading.push(over[2] === undefined ? `(${labels.get(id) || id}: ${text})` : `(${text})`)
    return false
  })
  return { heading, rest }
}

function draw(lines: readonly Line[], columns: number, plain: boolean): string {
  const text = lines.map(({ syntax, text }) => syntax + wrap(text, columns).join('<br>')).join('\n')
  return renderMermaidASCII(text, { useAscii: plain, colorMode: 'none' })
    .split('\n')
    .map(line => line.trimEnd())
    .join('\n')
    .trimEnd()
}

/** Breaks a text into lines at spaces, and inside a word only where it alone is too long: behind punctuation if possible. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length <= columns) {
      line += ` ${word}`
      continue
    }
    if (line !== '') lines.push(line)
    line = word
    while (line.length > columns) {
      const cut = breakAt(line, columns)
      lines.push(line.slice(0, cut))
      line = line.slice(cut)
    }
  }
  return [...lines, line]
}

function breakAt(word: string, columns: number): number {
  for (let index = columns; index > columns / 2; index--)
    if ('/.-_@,'.includes(word[index - 1]!)) return index
  return columns
}

/** The texts may hold other characters than the drawing. */
function toAscii(text: string): string {
  return text
    .replaceAll('×', 'x')
    .replaceAll('…', '...')
    .replaceAll(/[→▶▷]/g, '>')
    .replaceAll(/[^\n\x20-\x7e]/gu, '?')
}
