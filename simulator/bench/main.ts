/**
 * `npm run bench`: how fast it is, side by side in one run, as ratios. No test depends on these numbers.
 */
import { parseArgs } from 'node:util'
import { formatCount, formatTable, style, wrap } from '#simulator/cli/terminal.ts'
import { appends } from './appends.ts'
import { compare, type Variant } from './compare.ts'
import { openEndToEnd } from './end-to-end.ts'
import { flow } from './flow.ts'
import { messages } from './messages.ts'
import { openPlanBench } from './plans.ts'
import { measureShrinking } from './shrinking.ts'
import { steps } from './steps.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    /** Sections, by the names below; all when none is named. */
    only: { type: 'string', multiple: true, default: [] },
    /** `host:port` of a broker with the shop's topics empty; without it one is started where Docker or Java is. */
    broker: { type: 'string' },
  },
})
const rounds = Math.max(1, Math.trunc(Number(values.rounds)) || 5)
const fewRounds = Math.min(rounds, 3)
const WIDTH = 100

const SECTIONS: Readonly<Record<string, () => Promise<void>>> = {
  steps: () => section('Steps of virtual time', 'steps', steps, rounds),
  appends: () => section('Appends to an event store', 'appends', appends, rounds),
  messages: () => section('Messages through Kafka, produced and consumed', 'messages', messages, rounds),
  orders: () => section('Orders through the whole flow, simulated', 'orders', flow(values.data), fewRounds),
  flow: measureFlow,
  plans: measurePlans,
}

const unknown = values.only.find(name => !(name in SECTIONS))
if (unknown !== undefined) {
  console.error(`There is no section ${unknown}. All of them: ${Object.keys(SECTIONS).join(', ')}.`)
  process.exit(2)
}
console.log(style.quiet(`Node ${process.version}, ${rounds} rounds in turn after one to warm up; medians`))
for (const [name, measure] of Object.entries(SECTIONS))
  if (values.only.length === 0 || values.only.includes(name)) await measure()

async function measureFlow(): Promise<void> {
  const { variants, missing, close } = await openEndToEnd(values.broker ?? (process.env.BROKER || undefined))
  try {
    await section('The order flow end to end', 'orders', variants, fewRounds)
  } finally {
    await close()
  }
  for (const { name, reason } of missing)
    console.log(`  ${name}: not measured\n    ${style.quiet(wrap(reason, WIDTH, '    '))}`)
  const what =
    'from the first request to the last read model at rest; all services and their client in one process; the simulator judges as well'
  console.log(style.quiet(`  ${wrap(what, WIDTH, '  ')}`))
}

async function measurePlans(): Promise<void> {
  const plans = await openPlanBench()
  await section('Failure plans of exercise 12, executed and judged', 'runs', plans.variants, fewRounds)
  const { happy, singles, pairs } = await plans.times()
  const microseconds = (sorted: readonly number[]) =>
    `median ${Math.round(sorted[sorted.length >> 1]!)} µs, worst ${Math.round(sorted.at(-1)!)} µs`
  console.log(
    style.quiet(
      `  in one process: no fault, median ${Math.round(happy)} µs; one fault, ${microseconds(singles)}; two, ${microseconds(pairs)}`,
    ),
  )
  const { count, small, milliseconds } = await measureShrinking(
    plans.exercise.check,
    await plans.startersExecutor(),
  )
  console.log(`\n${style.title('Shrinking')}`)
  console.log(
    `  ${count} failing plans of 10 to 50 faults: ${small} end with three or fewer; median ${Math.round(milliseconds[count >> 1]!)} ms, slowest ${Math.round(milliseconds.at(-1)!)} ms`,
  )
  plans.close()
}

async function section(
  title: string,
  unit: string,
  variants: readonly Variant[],
  count: number,
): Promise<void> {
  console.log(`\n${style.title(title)}`)
  const rows = await compare(variants, count)
  const hasNotes = rows.some(({ note }) => note !== '')
  console.log(
    formatTable(
      [
        { heading: '' },
        { heading: `${unit}/s`, align: 'right' },
        { heading: 'slowest', align: 'right' },
        { heading: 'fastest', align: 'right' },
        { heading: 'ratio', align: 'right' },
        ...(hasNotes ? [{ heading: 'clock' }] : []),
      ],
      rows.map(({ name, note, perSecond, minPerSecond, maxPerSecond, ratio }) => [
        name,
        formatCount(Math.round(perSecond)),
        formatCount(Math.round(minPerSecond)),
        formatCount(Math.round(maxPerSecond)),
        `${ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2)} x`,
        ...(hasNotes ? [note] : []),
      ]),
    ),
  )
}
