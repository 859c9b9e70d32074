/**
 * The demo on a real broker: the same services, the same guarantees, the same table, in real time.
 */
import { type FieldMode, fieldModes } from '#simulator/live/field/field-modes.ts'
import { openPlace } from '#simulator/live/field/place.ts'
import { runShopInField, SHOP_AIMS, type ShopFieldResult } from '#simulator/live/field/shop-in-field.ts'
import { DEFAULT_ORDERS } from '#simulator/shop/run-spec.ts'
import { TOPICS } from '#simulator/shop/topics.ts'
import { formatHeadings, formatRow, isAsPromised, type Row, TITLE_WIDTH } from './demo-table.ts'
import { EXIT_INTERRUPTED, untilInterrupted } from './interruption.ts'
import type { Work } from './simulator-process.ts'
import { createProgressLine, formatTime, pad, plural, style, terminalWidth, wrap } from './terminal.ts'

/** @returns the exit code */
export async function demoOnBroker(broker: string, work: Work, fresh = false): Promise<number> {
  const progress = createProgressLine()
  const startedAt = performance.now()
  const width = process.stdout.columns ?? Number.POSITIVE_INFINITY
  const interruption = untilInterrupted(() => progress.show('  ending what was started …'))
  const place = await openPlace({ name: 'demo', topics: TOPICS, address: broker, isFresh: fresh })
  const modes = fieldModes(SHOP_AIMS, place.own)
  const rows: Row[] = []
  try {
    console.log(introduction(broker, work))
    console.log(formatHeadings(width))
    for (const mode of modes) {
      if (mode.impossible !== undefined) {
        console.log(`  ${pad(mode.title, TITLE_WIDTH)} ${style.quiet(`not shown: ${mode.impossible}`)}`)
        continue
      }
      const result = await runShopInField(mode, {
        cluster: place.cluster,
        broker,
        work,
        orders: DEFAULT_ORDERS,
        seed: 1,
        signal: interruption.signal,
        onPhase: phase =>
          interruption.signal.aborted || progress.show(`  ${mode.title}: ${PHASES[phase] ?? phase} …`),
      })
      progress.clear()
      const row = toRow(mode, result)
      rows.push(row)
      console.log(formatRow(row, width))
    }
  } catch (error) {
    if (interruption.signal.aborted) return EXIT_INTERRUPTED
    throw error
  } finally {
    await place.close()
    progress.clear()
    interruption.dispose()
  }
  console.log(conclusion(modes, rows, performance.now() - startedAt, broker))
  return rows.every(isAsPromised) ? 0 : 1
}

const PHASES: Readonly<Record<string, string>> = {
  start: 'processes start',
  work: 'orders are placed',
  rest: 'waiting until nothing is left to do',
  redrive: 'dead letters are redriven',
  judge: 'reading the log back',
}

function toRow(
  mode: FieldMode,
  { holds, violations, summary, guarantees, cameToRest }: ShopFieldResult,
): Row {
  const trouble = cameToRest
    ? undefined
    : { code: 'no rest', sentence: 'something was unread or unsent when patience ended', next: '' }
  return { mode, result: { holds, violations, summary, guarantees, trouble }, destroysData: false }
}

function introduction(broker: string, work: Work): string {
  return `
${style.title('Out of Order')}  the order flow on a real broker, in real time
${style.quiet(`${DEFAULT_ORDERS} orders by HTTP on Kafka at ${broker}; faults at the clients' end of the wire, honestly: processes die, handlers fail`)}
${style.quiet(`services: ${work === 'solutions' ? 'the reference answers' : 'your files in exercises/'}, the same files as in the simulation`)}
`
}

function conclusion(
  modes: readonly FieldMode[],
  rows: readonly Row[],
  tookMs: number,
  broker: string,
): string {
  const width = Math.min(terminalWidth(), 110)
  const failed = rows.filter(row => !isAsPromised(row))
  return [
    '',
    ...modes.map(
      ({ title, how }) =>
        `  ${pad(title, TITLE_WIDTH)} ${style.quiet(wrap(how, width - TITLE_WIDTH - 3).replaceAll('\n', `\n${' '.repeat(TITLE_WIDTH + 3)}`))}`,
    ),
    '',
    failed.length === 0
      ? `  ${style.good('✓')} ${plural(rows.length, 'run')}: every guarantee held after healing.`
      : `  ${style.bad('✗')} ${plural(failed.length, 'run')} did not end as promised: ${failed.map(({ mode }) => mode.title).join('; ')}.`,
    ...failed.flatMap(({ result }) =>
      result.violations
        .slice(0, 3)
        .map(({ guarantee, message }) => `    ${wrap(`${guarantee}: ${message}`, width - 4, '    ')}`),
    ),
    '',
    `  ${plural(rows.length, 'run')} in ${formatTime(tookMs)}. A killed consumer's partitions come to its successor when its session ends: 30 s by KafkaJS's default.`,
    '',
    `  ${style.title('Next')}`,
    `  ${pad(style.command(`npm run shop -- --broker ${broker}`), 60)} the same services, for you to ask`,
    `  ${pad(style.command('npm run demo'), 60)} every failure mode there is, in virtual time`,
    '',
  ].join('\n')
}
