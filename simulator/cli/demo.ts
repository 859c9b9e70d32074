/**
 * `demo`: the order flow on its happy path, then under each failure mode, as a table in which every cell was measured.
 */
import type { Command } from 'commander'
import { findFaultKind } from '#simulator/faults/catalogue.ts'
import { parseFault } from '#simulator/faults/plan.ts'
import { FAILURE_MODES, type FailureMode } from '#simulator/shop/failure-modes.ts'
import { DEFAULT_ORDERS, type RunSpec, writeRunSpec } from '#simulator/shop/run-spec.ts'
import { SHOP_TARGETS } from '#simulator/shop/targets.ts'
import { formatHeadings, formatRow, isAsPromised, type Row, TITLE_WIDTH } from './demo-table.ts'
import { readHardLimitMs, readWork } from './sim.ts'
import { startSimulator } from './simulator-process.ts'
import type { SimResult } from './tasks.ts'
import { createProgressLine, formatTime, pad, plural, style, terminalWidth, wrap } from './terminal.ts'

const OBSERVE_EVERY_MS = 250

interface DemoOptions {
  readonly work: string
  readonly hardLimit: string
  readonly broker?: string
  readonly fresh?: boolean
}

interface SimulatedRow extends Row {
  readonly spec: RunSpec
}

export function addDemoCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('demo')
    .description('the order flow under every failure mode, measured')
    .option('--work <which>', 'solutions or exercises', 'solutions')
    .option('--hard-limit <seconds>', 'real time that a single step may take', '10')
    .option('--broker <host:port>', 'on a real broker, in real time, what can be done there')
    .option('--fresh', 'with --broker: delete the messages that are in the topics there')
    .action(async (options: DemoOptions) => {
      const work = readWork(options.work)
      if (options.broker !== undefined) {
        const { demoOnBroker } = await import('./demo-broker.ts')
        return setExitCode(await demoOnBroker(options.broker, work, options.fresh))
      }
      const simulator = startSimulator(work, readHardLimitMs(options.hardLimit))
      const progress = createProgressLine()
      const startedAt = performance.now()
      // A file or pipe has no width: whoever reads it can scroll.
      const width = process.stdout.columns ?? Number.POSITIVE_INFINITY
      console.log(introduction(work))
      console.log(formatHeadings(width))
      const rows: SimulatedRow[] = []
      try {
        for (const mode of FAILURE_MODES) {
          progress.show(`  ${mode.title} …`)
          const row = await measure(mode, spec =>
            simulator.run({
              spec,
              observeEveryMs: OBSERVE_EVERY_MS,
              // The sites are those of the reference; a student's code may do its work elsewhere.
              unstruck: work === 'exercises' ? 'ignore' : 'refuse',
            }),
          )
          progress.clear()
          rows.push(row)
          console.log(formatRow(row, width))
        }
      } finally {
        progress.clear()
        simulator.close()
      }
      console.log(conclusion(rows, performance.now() - startedAt))
      setExitCode(rows.every(isAsPromised) ? 0 : 1)
    })
}

async function measure(mode: FailureMode, run: (spec: RunSpec) => Promise<SimResult>): Promise<SimulatedRow> {
  const faults = mode.faults.map(text => parseFault(text, mode.title, SHOP_TARGETS))
  const spec: RunSpec = { plan: { seed: 1, faults }, orders: DEFAULT_ORDERS }
  const destroysData = faults.some(({ kind }) => findFaultKind(kind)?.destroysData === true)
  const result = await run(spec)
  return { mode, spec, destroysData, didNotStrike: result.unstruck.length > 0, result }
}

function introduction(work: string): string {
  return `
${style.title('Out of Order')}  the order flow under every failure mode, in virtual time
${style.quiet(`${DEFAULT_ORDERS} orders by HTTP, event-sourced; outbox, relay, Kafka; payment, mail, stock, search, revenue`)}
${style.quiet(`services: ${work === 'solutions' ? 'the reference answers' : 'your files in exercises/'}`)}
`
}

function conclusion(rows: readonly SimulatedRow[], tookMs: number): string {
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
      : `  ${style.bad('✗')} ${plural(unexpected.length, 'run')} did not end as promised:`,
    ...unexpected.map(row => `    ${wrap(`${row.mode.title}: ${whatHappened(row)}`, width - 4, '      ')}`),
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
    `  ${plural(rows.length, 'run')} in ${formatTime(tookMs)}. Any of them again, exactly, with its whole story: ${style.command("npm run replay -- 'PLAN'")}`,
    '',
    ...rows.map(({ mode, spec }) => `  ${pad(mode.title, TITLE_WIDTH)} ${style.command(writeRunSpec(spec))}`),
    '',
    `  ${style.title('Next')}`,
    ...NEXT.map(([command, what]) => `  ${pad(style.command(command), 67)} ${what}`),
    '',
  )
  return lines.join('\n')
}

/** The first thing that is wrong, and how much more there is. */
function whatHappened({ result, destroysData }: SimulatedRow): string {
  if (result.trouble !== undefined) return result.trouble.sentence
  const [first] = result.violations
  if (first === undefined)
    return destroysData ? 'acknowledged data was destroyed, and nobody noticed' : 'nothing'
  const more = result.violations.length - 1
  return `${first.outcome}: ${first.message}${more === 0 ? '.' : `; and ${plural(more, 'more violation')}.`}`
}

const NEXT = [
  ["npm run sim -- --fault 'down:payments@2s+60s'", 'a fault of your own'],
  ["npm run sim -- --fault 'duplicate:inventory=0.2' --story order-1", 'what happened to one order'],
  ['npm run check 12', 'an exercise, and how its starter breaks'],
  ['npm run sim -- --help', 'what else there is'],
] as const
