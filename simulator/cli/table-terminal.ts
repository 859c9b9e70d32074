/**
 * The failure table of an exercise for the terminal: as many columns side by side as fit, the others below.
 */
import stringWidth from 'string-width'
import { replayCommand } from '#simulator/explore/exercise-plan.ts'
import type { FailureTable, TableAnswer } from '#simulator/explore/table.ts'
import { type Cell, sayWait } from '#simulator/explore/table-cell.ts'
import { pad, plural, style, wrap } from './terminal.ts'

export interface TerminalOptions {
  /** Columns of the terminal. */
  readonly width: number
  /** Every cell in full words. */
  readonly isWide: boolean
}

const GAP = 2
/** Headings are broken at their hyphens to be no wider than this. */
const HEADING_WIDTH = 10

export function formatTable(table: FailureTable, { width, isWide }: TerminalOptions): string {
  const titleWidth = Math.max(...table.rows.map(({ title }) => stringWidth(title)))
  const columns = table.answers.map((answer, index) => {
    const heading = breakName(answer.name)
    const cells = table.rows.map(({ cells }) => ({
      text: isWide ? wideText(cells[index]!) : shortText(cells[index]!),
      cell: cells[index]!,
    }))
    const texts = [...heading, ...cells.map(({ text }) => text)]
    const columnWidth = Math.max(...texts.map(text => stringWidth(text)))
    return { answer, heading, cells, width: columnWidth }
  })
  const bands: (typeof columns)[] = []
  let left = 0
  for (const column of columns) {
    const needed = column.width + GAP
    if (bands.length === 0 || needed > left) {
      bands.push([])
      left = width - GAP - titleWidth
    }
    bands.at(-1)!.push(column)
    left -= needed
  }
  const lines: string[] = []
  for (const band of bands) {
    const height = Math.max(...band.map(({ heading }) => heading.length))
    for (let line = 0; line < height; line++) {
      const parts = band.map(({ heading, width }) =>
        pad(heading[line - height + heading.length] ?? '', width),
      )
      const first = line === height - 1 ? 'what fails, once' : ''
      lines.push(style.quiet(row(pad(first, titleWidth), parts)))
    }
    for (const [index, { title }] of table.rows.entries()) {
      const parts = band.map(({ cells, width }) => paint(cells[index]!.cell, pad(cells[index]!.text, width)))
      lines.push(row(pad(title, titleWidth), parts))
    }
    lines.push('')
  }
  return lines.join('\n').trimEnd()
}

function row(title: string, parts: readonly string[]): string {
  return `  ${[title, ...parts].join(' '.repeat(GAP))}`.trimEnd()
}

/** What the short forms in this table mean. */
export function formatLegend({ rows }: FailureTable, width: number): string {
  const kinds = new Set(rows.flatMap(({ cells }) => cells.map(({ kind }) => kind)))
  return LEGEND.filter(([, , kind]) => kinds.has(kind))
    .map(
      ([form, meaning]) => `  ${style.quiet(wrap(`${pad(form, 12)}${meaning}`, width - 2, ' '.repeat(14)))}`,
    )
    .join('\n')
}

const LEGEND: readonly (readonly [form: string, meaning: string, kind: Cell['kind']])[] = [
  ['✓', 'with every single fault of this sort everything is right in the end', 'right'],
  ['✓ 41 s', 'the same, but a message waited 41 s', 'delayed'],
  ['✓ 3 unread', 'the same, but 3 messages were never committed', 'unread'],
  ['doubled 24', 'some fault of this sort breaks a promise: how, and by how much at worst', 'broken'],
  ['never ends', 'a run that could not be judged; nothing behind it was tried', 'trouble'],
  ['·', 'there is nothing such a fault could strike', 'nothing'],
  ['–', 'not tried', 'untried'],
]

/** Answers that could not be run at all, with the reason. */
export function formatRefusals({ answers }: FailureTable, width: number): string {
  return answers
    .flatMap(({ name, refused }) =>
      refused === undefined
        ? []
        : [
            `  ${style.bad('✗')} ${wrap(`${name}: ${refused.sentence.replace(/\.?$/, '.')} ${refused.next}`, width - 4, '    ')}`,
          ],
    )
    .join('\n')
}

/** Under each answer its cells that are not simply right, each with the plan that shows it. */
export function formatPlans(table: FailureTable, answers: readonly TableAnswer[], width: number): string {
  const lines: string[] = []
  for (const answer of answers) {
    const index = table.answers.indexOf(answer)
    lines.push(`  ${style.title(answer.name)}  ${style.quiet(answer.file)}`, '')
    for (const { title, cells } of table.rows) {
      const cell = cells[index]!
      if (cell.example === undefined) continue
      const share =
        cell.broken === 0 ? plural(cell.plans, 'plan') : `${cell.broken} of ${plural(cell.plans, 'plan')}`
      lines.push(
        `  ${pad(title, 32)}${paint(cell, pad(cell.text, 24))} ${style.quiet(`${share}${sayOthers(cell)}`)}`,
      )
      lines.push(`      ${wrap(cell.example.message, width - 6, '      ')}`)
      lines.push(
        `      ${style.command(replayCommand(table.exercise.slice(0, 2), cell.example.plan, answer.name))}`,
      )
    }
    lines.push('')
  }
  return lines.join('\n').trimEnd()
}

/** The outcomes that the cell has no room for: ", 2 of them lost". */
export function sayOthers({ outcomes, outcome }: Cell): string {
  return Object.entries(outcomes)
    .filter(([other]) => other !== outcome)
    .map(([other, count]) => `, ${count} ${other}`)
    .join('')
}

function shortText({ kind, short, lagMs }: Cell): string {
  if (kind === 'right') return '✓'
  if (kind === 'delayed') return `✓ ${sayWait(lagMs ?? 0)}`
  if (kind === 'unread') return `✓ ${short.replace('right, ', '')}`
  return kind === 'untried' ? '–' : short
}

function wideText(cell: Cell): string {
  return cell.kind === 'right' || cell.kind === 'untried' ? shortText(cell) : cell.text
}

function paint({ kind }: Cell, text: string): string {
  if (kind === 'right') return style.good(text)
  if (kind === 'broken' || kind === 'trouble') return style.bad(text)
  return kind === 'nothing' || kind === 'untried' ? style.quiet(text) : text
}

/** `undefined-dedupe-key` in two lines, so that a column need not be as wide as its name. */
function breakName(name: string): string[] {
  const lines: string[] = []
  for (const part of name.split(/(?<=-)/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + part.length <= HEADING_WIDTH)
      lines[lines.length - 1] = last + part
    else lines.push(part)
  }
  return lines
}
