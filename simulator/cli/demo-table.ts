/**
 * The table of the demo: one row a failure mode, set as wide as the terminal allows.
 */
import type { ShopSummary } from '#simulator/shop/summary.ts'
import type { SimResult } from './tasks.ts'
import { formatTime, pad, style } from './terminal.ts'

export interface Row {
  readonly mode: { readonly title: string }
  readonly result: Pick<SimResult, 'holds' | 'violations' | 'trouble' | 'guarantees' | 'summary'>
  /** The plan destroys data that was acknowledged: no service can make good for it, but somebody must notice. */
  readonly destroysData: boolean
  /** The run never came by the fault's site: it says nothing about this failure. */
  readonly didNotStrike?: boolean
}

/** Shorter than this a read model is just following its log. */
const FOLLOWING_MS = 1000

/** With the reference services every guarantee holds, except where acknowledged data was destroyed: there the loss must be noticed. */
export function isAsPromised({ result, destroysData, didNotStrike }: Row): boolean {
  return destroysData && didNotStrike !== true ? !result.holds && result.trouble === undefined : result.holds
}

interface Column {
  readonly heading: string
  /** In columns of the terminal: with all words, and with a mere tick where nothing is to be said. */
  readonly width: readonly [wide: number, compact: number]
  cell(summary: ShopSummary, row: Row): Cell
}

interface Cell {
  readonly text: string
  /** All is well, and the text only says how well. */
  readonly isFine?: boolean
}

const COLUMNS: readonly Column[] = [
  {
    heading: 'orders',
    width: [8, 7],
    cell: ({ orders }) =>
      trouble(orders.lost, 'lost') ?? trouble(orders.open, 'stuck') ?? fine(`${orders.accepted} kept`),
  },
  {
    heading: 'money',
    width: [8, 7],
    cell: ({ money }) =>
      trouble(money.chargedAgain + money.refundedAgain, 'twice') ?? fine(`${money.charged} once`),
  },
  {
    heading: 'mail',
    width: [9, 7],
    cell: ({ mail }) =>
      trouble(mail.sentAgain, 'twice') ?? trouble(mail.missing, 'missing') ?? fine(`${mail.sent} once`),
  },
  { heading: 'stock', width: [8, 7], cell: summary => readModel(summary, 'stock') },
  { heading: 'sales', width: [8, 7], cell: summary => readModel(summary, 'weekly-sales') },
  { heading: 'search', width: [8, 7], cell: summary => readModel(summary, 'search') },
  { heading: 'revenue', width: [8, 7], cell: summary => readModel(summary, 'revenue') },
  { heading: 'warehouse', width: [9, 9], cell: summary => readModel(summary, 'warehouse') },
  { heading: 'longest lag', width: [21, 18], cell: longestLag },
  { heading: 'guarantees', width: [15, 15], cell: (_, row) => ({ text: verdict(row) }) },
]
export const TITLE_WIDTH = 37

type Layout = 'wide' | 'compact' | 'lines'

function layoutFor(width: number): Layout {
  const needed = (index: 0 | 1) =>
    2 + TITLE_WIDTH + COLUMNS.reduce((sum, column) => sum + 1 + column.width[index], 0)
  if (width >= needed(0)) return 'wide'
  return width >= needed(1) ? 'compact' : 'lines'
}

/** The headings; none where every row is a few lines. */
export function formatHeadings(width: number): string {
  const layout = layoutFor(width)
  if (layout === 'lines') return ''
  const index = layout === 'wide' ? 0 : 1
  const headings = COLUMNS.map(column => pad(column.heading, column.width[index]))
  return style.quiet(`  ${[pad('what fails', TITLE_WIDTH), ...headings].join(' ').trimEnd()}`)
}

export function formatRow(row: Row, width: number): string {
  const { summary } = row.result
  const layout = layoutFor(width)
  if (summary === undefined) return `  ${pad(row.mode.title, TITLE_WIDTH)} ${verdict(row)}`
  if (layout === 'lines') return formatLines(row, summary)
  const index = layout === 'wide' ? 0 : 1
  const cells = COLUMNS.map(column => {
    const { text, isFine } = column.cell(summary, row)
    return pad(isFine === true && layout === 'compact' ? TICK : text, column.width[index])
  })
  return `  ${[pad(row.mode.title, TITLE_WIDTH), ...cells].join(' ')}`.trimEnd()
}

/** For narrow terminals: the failure and the verdict, and below it only what there is to say. */
function formatLines(row: Row, summary: ShopSummary): string {
  const notes = COLUMNS.slice(0, -1).flatMap(({ heading, cell }) => {
    const { text, isFine } = cell(summary, row)
    return isFine === true ? [] : [`${style.quiet(heading)} ${text}`]
  })
  const title = `  ${pad(row.mode.title, TITLE_WIDTH)} ${verdict(row)}`
  return notes.length === 0 ? title : `${title}\n      ${notes.join(style.quiet(' · '))}`
}

const TICK = style.good('✓')

function fine(text: string): Cell {
  return { text, isFine: true }
}

function trouble(count: number, what: string): Cell | undefined {
  return count === 0 ? undefined : { text: style.bad(`${count} ${what}`) }
}

function readModel({ readModels }: ShopSummary, name: string): Cell {
  const { wrongRows, longestWrongMs } = readModels.find(({ model }) => model === name)!
  if (wrongRows > 0) return { text: style.bad(`${wrongRows} wrong`) }
  if (longestWrongMs < FOLLOWING_MS) return fine(TICK)
  return { text: `${TICK} ${shortTime(longestWrongMs)}` }
}

function longestLag({ lag }: ShopSummary): Cell {
  const [longest] = [...lag].sort((left, right) => right.worstAgeMs - left.worstAgeMs)
  if (longest === undefined || longest.worstAgeMs < FOLLOWING_MS)
    return { text: style.quiet('-'), isFine: true }
  return { text: `${longest.group} ${shortTime(longest.worstAgeMs)}` }
}

/** `31 s`: tenths only for what is short. */
function shortTime(milliseconds: number): string {
  return milliseconds < 10_000 ? formatTime(milliseconds) : formatTime(milliseconds).replace(/\.\d/, '')
}

function verdict({ result, destroysData, didNotStrike }: Row): string {
  if (result.trouble !== undefined) return style.bad(`✗ ${result.trouble.code}`)
  if (result.holds && didNotStrike === true) return style.quiet('- never struck')
  if (result.holds) return style.good(`✓ all ${result.guarantees}`)
  const broken = new Set(result.violations.map(({ guarantee }) => guarantee)).size
  const outcomes = [...new Set(result.violations.map(({ outcome }) => outcome))]
  const text = `${outcomes[0]}${outcomes.length > 1 ? ` +${outcomes.length - 1}` : ''}`
  return destroysData ? style.warning(`! ${text}: noticed`) : style.bad(`✗ ${broken}: ${text}`)
}
