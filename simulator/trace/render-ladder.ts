/**
 * A ladder as lines for a terminal: two runs side by side where there is room, else one below the other.
 */
import type { Ladder, LadderCell, LadderRow, LadderSide } from './ladder.ts'

export interface RenderLadderOptions {
  /** Columns there are. Default 106. */
  readonly width?: number
  /** Only ASCII. Default false. */
  readonly ascii?: boolean
}

export interface LadderLine {
  readonly text: string
  /**
   * head: titles and lanes. same: both runs do it. different: only one does. fault: the plan made it happen. parting: the
   * rule above the first row that differs. fold: rows left out. fails, holds: what came of the run.
   */
  readonly mark: 'head' | 'same' | 'different' | 'fault' | 'parting' | 'fold' | 'fails' | 'holds'
}

/** Below this there is no room for two runs side by side. */
const SIDE_BY_SIDE_WIDTH = 84
const MIN_GAP = 14
const MAX_GAP = 30
const TIME = 8
const MARGIN = 2

/** Every line is at most `width` columns long, as long as there is room for the lanes at all. */
export function renderLadder(
  ladder: Ladder,
  { width = 106, ascii = false }: RenderLadderOptions = {},
): LadderLine[] {
  const gaps = Math.max(1, ladder.lanes.length - 1)
  const gapFor = (columns: number) => Math.floor((columns - TIME - 1 - ladder.lanes.length) / gaps)
  const half = Math.floor((width - MARGIN - SEPARATOR.length) / 2)
  const beside = ladder.right !== undefined && width >= SIDE_BY_SIDE_WIDTH && gapFor(half) >= MIN_GAP
  const gap = Math.max(4, Math.min(MAX_GAP, gapFor(beside ? half : width - MARGIN)))
  const lines =
    ladder.right === undefined
      ? renderBlock(ladder, ['left'], gap)
      : beside
        ? renderBlock(ladder, ['left', 'right'], gap)
        : [...renderBlock(ladder, ['left'], gap), EMPTY, ...renderBlock(ladder, ['right'], gap)]
  return lines.map(({ text, mark }) => ({ text: (ascii ? toAscii(text) : text).trimEnd(), mark }))
}

/** What the signs mean, as one line. */
export function ladderLegend({ ascii = false }: Pick<RenderLadderOptions, 'ascii'> = {}): string {
  const text =
    '↯ the fault   ↻ delivered again   + rows committed   ╌ offset: where the group goes on after a restart'
  return ascii ? toAscii(text) : text
}

type SideName = 'left' | 'right'

const SEPARATOR = '  ┃ '
const EMPTY: LadderLine = { text: '', mark: 'head' }

function renderBlock(ladder: Ladder, names: readonly SideName[], gap: number): LadderLine[] {
  const columns = ladder.lanes.map((_, index) => index * (gap + 1))
  const blockWidth = columns.at(-1)! + 1
  const sideWidth = TIME + 1 + blockWidth
  const join = (parts: readonly string[], margin = '') =>
    margin.padEnd(MARGIN) + parts.map(part => padTo(part, sideWidth)).join(SEPARATOR)
  const sides = names.map(name => ladder[name]!)
  const lines: LadderLine[] = [
    { text: join(sides.map(({ title }) => ' '.repeat(TIME + 1) + clip(title, blockWidth))), mark: 'head' },
    { text: join(names.map(() => ' '.repeat(TIME + 1) + header(ladder.lanes, columns))), mark: 'head' },
  ]
  const clocks = names.map(() => new Clock())
  const lanes = names.map(() => new Lanes(columns))
  for (const row of ladder.rows) {
    if (row.kind === 'fold') {
      for (const clock of clocks) clock.forget()
      const parts = names.map((name, index) => {
        const text =
          row[name] === 0
            ? ''
            : ` … ${row[name]} ${row.isSame && names.length > 1 ? 'steps alike' : 'more steps'} `
        return ' '.repeat(TIME + 1) + onto(lanes[index]!.draw(), 2, text)
      })
      if (names.some(name => row[name] > 0)) lines.push({ text: join(parts), mark: 'fold' })
      continue
    }
    if (names.every(name => row[name] === undefined)) continue
    if (row.isParting && ladder.right !== undefined)
      lines.push({ text: partingRule(sideWidth, names.length), mark: 'parting' })
    const isFault = names.some(name => row[name]?.isFault === true)
    const mark = isFault ? 'fault' : markOf(row)
    const parts = names.map((name, index) => {
      const cell = row[name]
      if (cell === undefined) return [lanes[index]!.draw()]
      const drawn = drawCell(cell, columns, lanes[index]!.after(cell), lanes[index]!.draw())
      return drawn.map((line, at) => (at === 0 ? `${clocks[index]!.show(cell.t)} ${line}` : line))
    })
    const height = Math.max(...parts.map(({ length }) => length))
    for (let at = 0; at < height; at++) {
      const line = parts.map((drawn, index) => (drawn[at] ?? lanes[index]!.draw()).padStart(sideWidth))
      lines.push({ text: join(line, isFault && at === 0 ? '↯' : ''), mark })
    }
  }
  lines.push(...results(sides, names.length === 1 ? Math.max(sideWidth, MIN_RESULT_WIDTH) : sideWidth))
  return lines
}

function markOf(row: Extract<LadderRow, { kind: 'step' }>): LadderLine['mark'] {
  return row.isSame ? 'same' : 'different'
}

/** The time is worth showing when it has changed. */
class Clock {
  #shown = ''

  show(t: number): string {
    const text = formatMoment(t).padStart(TIME)
    if (text === this.#shown) return ' '.repeat(TIME)
    this.#shown = text
    return text
  }

  forget(): void {
    this.#shown = ''
  }
}

/** At most eight columns: `0.102 s`, `30.011 s`, `2m 00s`, `24h 00m`. */
export function formatMoment(ms: number): string {
  if (ms < 100_000) return `${(ms / 1000).toFixed(3)} s`
  const seconds = Math.floor(ms / 1000)
  const [large, small, units] =
    seconds < 3600
      ? [Math.floor(seconds / 60), seconds % 60, 'ms']
      : [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), 'hm']
  return `${large}${units[0]} ${String(small).padStart(2, '0')}${units[1]}`
}

function header(lanes: readonly string[], columns: readonly number[]): string {
  const width = columns.at(-1)! + 1
  let line = ' '.repeat(width)
  for (const [index, lane] of lanes.entries()) {
    const name = clip(lane, Math.max(6, (columns[1] ?? width) - 1))
    const start = Math.min(
      Math.max(0, columns[index]! - Math.floor(name.length / 2)),
      Math.max(0, width - name.length),
    )
    line = onto(line, start, name)
  }
  return line
}

/** The lanes as they stand: a dead process has none, a frozen one a broken one. */
class Lanes {
  readonly #strokes: string[]

  constructor(readonly columns: readonly number[]) {
    this.#strokes = columns.map(() => '│')
  }

  draw(): string {
    let line = ' '.repeat(this.columns.at(-1)! + 1)
    for (const [index, column] of this.columns.entries()) line = onto(line, column, this.#strokes[index]!)
    return line
  }

  after({ from, lifeline }: LadderCell): string {
    if (lifeline !== undefined) this.#strokes[from] = STROKES[lifeline]
    return this.draw()
  }
}
const STROKES = { begins: '│', freezes: '┆', ends: ' ' } as const

/** @returns one line, or more when the text of an arrow is a list that is too long for one */
function drawCell(
  { from, to, style, text }: LadderCell,
  columns: readonly number[],
  line: string,
  blank: string,
): string[] {
  if (to === undefined || to === from) return [drawNote(line, columns, from, text)]
  const [start, end] = [Math.min(columns[from]!, columns[to]!) + 1, Math.max(columns[from]!, columns[to]!)]
  const room = end - start
  const shaft = style === 'message' ? '─' : '╌'
  const [first = '', ...rest] = splitList(text, room - 4)
  const words = ` ${first} `
  const before = Math.max(1, Math.floor((room - 1 - words.length) / 2))
  const after = Math.max(0, room - 1 - words.length - before)
  const head = style === 'lost' ? '✗' : to > from ? '►' : '◄'
  const drawn =
    to > from
      ? shaft.repeat(before) + words + shaft.repeat(after) + head
      : head + shaft.repeat(after) + words + shaft.repeat(before)
  // What goes on below begins under the first item, behind its sign.
  const column = start + drawn.indexOf(first) + (/^[^\w] /.test(first) ? 2 : 0)
  const below = rest.map(more =>
    onto(blank, Math.max(start, Math.min(column, start + room - more.length)), more),
  )
  return [onto(line, start, drawn.slice(0, room)), ...below]
}

/** Breaks a list behind its commas; whatever is too long all the same is cut off. */
function splitList(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const item of text.split(/(?<=,) /)) {
    if (line === '') line = item
    else if (line.length + 1 + item.length <= width) line += ` ${item}`
    else {
      lines.push(line)
      line = item
    }
  }
  return [...lines, line].map(each => clip(each, width))
}

/** Centred on its lane, as far as the neighbours leave room. */
function drawNote(line: string, columns: readonly number[], lane: number, text: string): string {
  const column = columns[lane]!
  const from = lane === 0 ? 0 : columns[lane - 1]! + 2
  const to = lane === columns.length - 1 ? line.length : columns[lane + 1]! - 1
  const words = clip(lane === 0 || lane === columns.length - 1 ? text : ` ${text} `, to - from)
  const start = Math.min(Math.max(from, column - Math.floor(words.length / 2)), to - words.length)
  return onto(line, start, words)
}

function partingRule(sideWidth: number, sides: number): string {
  const width = sides * sideWidth + (sides - 1) * SEPARATOR.length
  const text = ' here the runs part '
  return `►${'─'.repeat(MARGIN - 1)}${'─'.repeat(TIME)}${text}${'─'.repeat(Math.max(0, width - TIME - text.length))}`
}

const MAX_RESULT_LINES = 3
const MIN_RESULT_WIDTH = 78

function results(sides: readonly LadderSide[], width: number): LadderLine[] {
  const wrapped = sides.map(({ holds, result }) =>
    wrap(`${holds ? '✓' : '✗'} ${result}`, width).slice(0, MAX_RESULT_LINES),
  )
  const height = Math.max(...wrapped.map(({ length }) => length))
  return Array.from({ length: height }, (_, index) => ({
    text: ' '.repeat(MARGIN) + wrapped.map(lines => padTo(lines[index] ?? '', width)).join(SEPARATOR),
    mark: sides.every(({ holds }) => holds) ? ('holds' as const) : ('fails' as const),
  }))
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line === '') line = word
    else if (line.length + 1 + word.length <= width) line += ` ${word}`
    else {
      lines.push(line)
      line = `  ${word}`
    }
  }
  return [...lines, line].map(each => clip(each, width))
}

function onto(line: string, start: number, text: string): string {
  return line.slice(0, start) + text + line.slice(start + text.length)
}

function padTo(text: string, width: number): string {
  return text.length > width ? text.slice(0, width) : text.padEnd(width)
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}

const ASCII: Readonly<Record<string, string>> = {
  '─': '-',
  '╌': '.',
  '│': '|',
  '┃': '|',
  '┆': ':',
  '►': '>',
  '◄': '<',
  '✗': 'x',
  '✓': '+',
  '↯': '!',
  '↻': '@',
  '●': '*',
  '⇄': '=',
  '…': '~',
  '×': 'x',
  '−': '-',
  '’': "'",
}

/** One column for one column, so that everything stays in its place. */
function toAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, character => ASCII[character] ?? '?')
}
