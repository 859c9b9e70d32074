/**
 * `npm run bench`: how fast it is, side by side in one run, as ratios. No test depends on these numbers.
 */
import { parseArgs } from 'node:util'
import { formatCount, formatTable, style } from '#simulator/cli/terminal.ts'
import { appends } from './appends.ts'
import { compare, type Variant } from './compare.ts'
import { flow } from './flow.ts'
import { messages } from './messages.ts'
import { openPlanBench } from './plans.ts'
import { measureShrinking } from './shrinking.ts'
import { steps } from './steps.ts'

const { values } = parseArgs({
  options: { data: { type: 'string' }, rounds: { type: 'string', default: '5' } },
})
const rounds = Math.max(1, Math.trunc(Number(values.rounds)) || 5)

async function section(
  title: string,
  unit: string,
  variants: readonly Variant[],
  count: number,
): Promise<void> {
  console.log(`\n${style.title(title)}`)
  const rows = await compare(variants, count)
  console.log(
    formatTable(
      [
        { heading: '' },
        { heading: `${unit}/s`, align: 'right' },
        { heading: 'slowest', align: 'right' },
        { heading: 'fastest', align: 'right' },
        { heading: 'ratio', align: 'right' },
      ],
      rows.map(({ name, perSecond, minPerSecond, maxPerSecond, ratio }) => [
        name,
        formatCount(Math.round(perSecond)),
        formatCount(Math.round(minPerSecond)),
        formatCount(Math.round(maxPerSecond)),
        `${ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2)} x`,
      ]),
    ),
  )
}

console.log(style.quiet(`Node ${process.version}, ${rounds} rounds in turn after one to warm up; medians`))
await section('Steps of virtual time', 'steps', steps, rounds)
await section('Appends to an event store', 'appends', appends, rounds)
await section('Messages through Kafka, produced and consumed', 'messages', messages, rounds)
await section('Orders through the whole flow', 'orders', flow(values.data), Math.min(rounds, 3))

const plans = await openPlanBench()
await section(
  'Failure plans of exercise 12, executed and judged',
  'runs',
  plans.variants,
  Math.min(rounds, 3),
)
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
