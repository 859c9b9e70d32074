/**
 * `demo`: the order flow on its happy path, then under each failure mode, as a table in which every cell was measured.
 */
import type { Command } from 'commander'
import { findFaultKind } from '#simulator/faults/catalogue.ts'
import { parseFault } from '#simulator/faults/plan.ts'
import { FAILURE_MODES, type FailureMode } from '#simulator/shop/failure-modes.ts'
import type { ShopSummary } from '#simulator/shop/summary.ts'
import { SHOP_TARGETS } from '#simulator/shop/targets.ts'
import { DEFAULT_ORDERS, type RunSpec, writeRunSpec } from './run-spec.ts'
import { readHardLimitMs, readWork } from './sim.ts'
import { startSimulator } from './simulator-process.ts'
import type { SimResult } from './tasks.ts'
import { createProgressLine, formatTime, pad, plural, style, terminalWidth, wrap } from './terminal.ts'

interface Row {
  readonly mode: FailureMode
  readonly spec: RunSpec
  readonly result: SimResult
  /** The plan destroys data that was acknowledged: no service can make good for it, but somebody must notice. */
  readonly destroysData: boolean
}

const OBSERVE_EVERY_MS = 250
/** Shorter than this a read model is just following its log. */
const FOLLOWING_MS = 1000

export function addDemoCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('demo')
    .description('the order flow under every failure mode, measured')
    .option('--work <which>', 'solutions or exercises', 'solutions')
    .option('--hard-limit <seconds>', 'real time that a single step may take', '10')
    .action(async (options: { work: string; hardLimit: string }) => {
      const work = readWork(options.work)
      const simulator = startSimulator(work, readHardLimitMs(options.hardLimit))
      const progress = createProgressLine()
      const startedAt = performance.now()
      console.log(introduction(work))
      console.log(headings())
      const rows: Row[] = []
      try {
        for (const mode of FAILURE_MODES) {
          progress.show(`  ${mode.title} …`)
          const row = await measure(mode, spec => simulator.run({ spec, observeEveryMs: OBSERVE_EVERY_MS }))
          progress.clear()
          rows.push(row)
          console.log(formatRow(row))
        }
      } finally {
        progress.clear()
        simulator.close()
      }
      console.log(conclusion(rows, performance.now() - startedAt))
      setExitCode(rows.every(isAsPromised) ? 0 : 1)
    })
}

async function measure(mode: FailureMode, run: (spec: RunSpec) => Promise<SimResult>): Promise<Row> {
  const faults = mode.faults.map(text => parseFault(text, mode.title, SHOP_TARGETS))
  const spec: RunSpec = { plan: { seed: 1, faults }, orders: DEFAULT_ORDERS }
  const destroysData = faults.some(({ kind }) => findFaultKind(kind)?.destroysData === true)
  return { mode, spec, destroysData, result: await run(spec) }
}

/** With the reference services every guarantee holds, except where acknowledged data was destroyed: there the loss must be noticed. */
function isAsPromised({ result, destroysData }: Row): boolean {
  return destroysData ? !result.holds && result.trouble === undefined : result.holds
}

interface DemoColumn {
  readonly heading: string
  readonly width: number
  /** Only for runs that could be judged. */
  cell(row: Row, summary: ShopSummary): string
}

const COLUMNS: readonly DemoColumn[] = [
  { heading: 'what fails', width: 38, cell: ({ mode }) => mode.title },
  {
    heading: 'orders',
    width: 8,
    cell: (_, summary) =>
      trouble(summary.orders.lost, 'lost') ??
      trouble(summary.orders.open, 'stuck') ??
      good(`${summary.orders.accepted} kept`),
  },
  {
    heading: 'money',
    width: 8,
    cell: (_, summary) =>
      trouble(summary.money.chargedAgain + summary.money.refundedAgain, 'twice') ??
      good(`${summary.money.charged} once`),
  },
  {
    heading: 'mail',
    width: 9,
    cell: (_, summary) =>
      trouble(summary.mail.sentAgain, 'twice') ??
      trouble(summary.mail.missing, 'missing') ??
      good(`${summary.mail.sent} once`),
  },
  { heading: 'stock', width: 8, cell: (_, summary) => readModel(summary, 'stock') },
  { heading: 'sales', width: 8, cell: (_, summary) => readModel(summary, 'weekly-sales') },
  { heading: 'search', width: 8, cell: (_, summary) => readModel(summary, 'search') },
  { heading: 'revenue', width: 8, cell: (_, summary) => readModel(summary, 'revenue') },
  { heading: 'longest lag', width: 21, cell: longestLag },
  { heading: 'guarantees', width: 18, cell: verdict },
]

function headings(): string {
  return style.quiet(`  ${COLUMNS.map(({ heading, width }) => pad(heading, width)).join(' ')}`.trimEnd())
}

function formatRow(row: Row): string {
  const cells = COLUMNS.map(column => ({
    heading: column.heading,
    text: cellText(column, row),
    width: column.width,
  }))
  if (terminalWidth() >= 144 || process.stdout.columns === undefined) {
    return `  ${cells.map(({ text, width }) => pad(text, width)).join(' ')}`.trimEnd()
  }
  // A narrow terminal gets the same facts in lines under the failure's name.
  const [title, ...facts] = cells
  const last = facts.pop()!
  return `  ${style.title(title!.text)}  ${last.text}\n${wrap(facts.map(({ heading, text }) => `${style.quiet(heading)} ${text}`).join(style.quiet(' · ')), terminalWidth() - 6, '').replace(/^/gm, '    ')}`
}

function cellText(column: DemoColumn, row: Row): string {
  const { summary } = row.result
  if (summary !== undefined) return column.cell(row, summary)
  if (column.heading === COLUMNS[0]!.heading) return row.mode.title
  return column.heading === COLUMNS.at(-1)!.heading ? verdict(row) : style.quiet('-')
}

function good(text: string): string {
  return text
}

function trouble(count: number, what: string): string | undefined {
  return count === 0 ? undefined : style.bad(`${count} ${what}`)
}

function readModel(summary: ShopSummary, name: string): string {
  const model = summary.readModels.find(({ model }) => model === name)!
  if (model.wrongRows > 0) return style.bad(`${model.wrongRows} wrong`)
  return model.longestWrongMs < FOLLOWING_MS
    ? style.good('✓')
    : `${style.good('✓')} ${shortTime(model.longestWrongMs)}`
}

function longestLag(_: Row, { lag }: ShopSummary): string {
  const [longest] = [...lag].sort((left, right) => right.worstAgeMs - left.worstAgeMs)
  if (longest === undefined || longest.worstAgeMs < FOLLOWING_MS) return style.quiet('-')
  return `${longest.group} ${shortTime(longest.worstAgeMs)}`
}

/** `31 s`: tenths only for what is short. */
function shortTime(milliseconds: number): string {
  return milliseconds < 10_000 ? formatTime(milliseconds) : formatTime(milliseconds).replace(/\.\d/, '')
}

function verdict({ result, destroysData }: Row): string {
  if (result.trouble !== undefined) return style.bad(`✗ ${result.trouble.code}`)
  if (result.holds) return style.good(`✓ all ${result.guarantees}`)
  const broken = new Set(result.violations.map(({ guarantee }) => guarantee)).size
  const outcomes = [...new Set(result.violations.map(({ outcome }) => outcome))]
  const text = `${outcomes[0]}${outcomes.length > 1 ? ` +${outcomes.length - 1}` : ''}`
  return destroysData ? style.warning(`! ${text}: noticed`) : style.bad(`✗ ${broken} broken: ${text}`)
}

function introduction(work: string): string {
  return `
${style.title('Out of Order')}  the order flow under every failure mode, in virtual time
${style.quiet(`${DEFAULT_ORDERS} orders by HTTP, event-sourced; outbox, relay, Kafka; payment, mail, stock, search, revenue`)}
${style.quiet(`services: ${work === 'solutions' ? 'the reference answers' : 'your files in exercises/'}`)}
`
}

function conclusion(rows: readonly Row[], tookMs: number): string {
  const width = Math.min(terminalWidth(), 110)
  const unexpected = rows.filter(row => !isAsPromised(row))
  const destroyed = rows.filter(row => row.destroysData)
  const lines = [
    '',
    style.quiet('  ✓        right at the end, and never wrong for longer than a second'),
    style.quiet(
      '  ✓ 31 s   wrong for 31 s, then right again;  lag: how long the oldest unread message waited',
    ),
    '',
  ]
  lines.push(
    unexpected.length === 0
      ? `  ${style.good('✓')} ${plural(rows.length - destroyed.length, 'run')}: every guarantee held after healing.`
      : `  ${style.bad('✗')} ${plural(unexpected.length, 'run')} did not end as promised: ${unexpected.map(({ mode }) => mode.title).join('; ')}.`,
  )
  for (const { mode, result } of destroyed) {
    const [first] = result.violations
    if (first === undefined) continue
    lines.push(
      `  ${style.warning('!')} ${wrap(`${mode.title}: acknowledged data was destroyed, which no service can make good; noticed by ${first.guarantee}: ${first.message}.`, width - 4, '    ')}`,
    )
  }
  lines.push(
    '',
    style.quiet(
      `  ${plural(rows.length, 'run')} in ${formatTime(tookMs)}. Any of them again, exactly, with its whole story:`,
    ),
    '',
  )
  for (const { mode, spec } of rows) {
    lines.push(`  ${pad(mode.title, 38)} ${style.command(`npm run replay -- '${writeRunSpec(spec)}'`)}`)
  }
  lines.push(
    '',
    `  ${style.title('Next')}`,
    `  ${pad(style.command("npm run sim -- --fault 'down:payments@2s+60s'"), 52)}your own faults; --help lists the options`,
    `  ${pad(style.command('npm run sim -- --fault duplicate:inventory=0.2 --diagram out.mmd'), 66)}a picture`,
    '',
  )
  return lines.join('\n')
}
