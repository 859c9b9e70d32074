/**
 * `npm run bench`: how fast it is, side by side in one run, as ratios. No test depends on these numbers.
 */
import { parseArgs } from 'node:util'
import { formatCount, formatTable, style } from '#simulator/cli/terminal.ts'
import { appends } from './appends.ts'
import { compare, type Variant } from './compare.ts'
import { flow } from './flow.ts'
import { messages } from './messages.ts'
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
