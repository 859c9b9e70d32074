/**
 * What `parity` prints: what was compared, how much of it, and where the two sides differ.
 */
import type { Comparison, Difference, Flow } from '#simulator/live/parity/compare.ts'
import type { Parity, Side, Task } from '#simulator/live/parity/parity.ts'
import { fact, formatSteps } from './facts.ts'
import { formatCount, formatMoney, formatTime, pad, plural, style, wrap } from './terminal.ts'

/** So many differences of one kind are told; the rest is counted. */
const EXAMPLES = 3
const WHAT_WIDTH = 34
const MAX_WIDTH = 110
/** How much of what is the same stands before the first difference. */
const LEAD = 24

const FLOWS: Readonly<Record<Flow, string>> = {
  phased:
    'services come up one after another, so every message has its one place: all of it is compared, offset by offset',
  natural:
    'all services at work at once: per key what causes fix, without the race of payment and stock; and all that must come out the same whoever is quicker',
}

export function formatIntroduction(name: string, { data, acts, seed }: Task, broker: string, width: number) {
  const { orders, products } = data
  const changes = Object.values(acts)
    .flat()
    .filter(({ kind }) => kind !== 'list' && kind !== 'place').length
  const more = changes === 0 ? '' : `; cancellations, shipments, changed prices: ${changes} (phased only)`
  return [
    '',
    `${style.title('Parity')}  the same files in the simulator and on a real broker`,
    '',
    fact(
      'Data',
      `${name}: ${plural(orders.length, 'order')}, ${plural(products.length, 'product')}${more}`,
      width,
    ),
    fact('Seed', String(seed), width),
    fact('Broker', broker, width),
    '',
  ].join('\n')
}

export function formatParity(parity: Parity, width: number): string {
  const room = Math.min(width, MAX_WIDTH)
  return [
    `${style.title(parity.flow)}  ${style.quiet(wrap(FLOWS[parity.flow], room - 10, ' '.repeat(parity.flow.length + 2)))}`,
    '',
    ...summarize(parity.comparisons).map(comparison => formatComparison(comparison, parity.sides, room)),
    ...parity.sides.map(side => formatGuarantees(side, room)),
    '',
    style.quiet(`  ${parity.sides.map(sayTime).join('; ')}`),
    '',
  ].join('\n')
}

export function formatConclusion(parities: readonly Parity[], tookMs: number, width: number): string {
  const holds = parities.every(parity => parity.holds)
  const took = formatTime(tookMs)
  const text = holds
    ? `Nothing differs. ${sayOutcome(parities[0]!)} In ${took}.`
    : `They differ, see above. In ${took}.`
  const steps = [
    { command: 'npm run sim -- --help', what: 'one run in the simulator, with any fault' },
    { command: 'npm run shop -- --help', what: 'the same services on a broker, for you to ask' },
  ]
  const sign = holds ? style.good('✓') : style.bad('✗')
  return `  ${sign} ${wrap(text, Math.min(width, MAX_WIDTH) - 4, '    ')}\n\n${formatSteps('Next', steps, width)}\n`
}

export function toJson(name: string, { data, seed }: Task, parities: readonly Parity[], tookMs: number) {
  return {
    holds: parities.every(({ holds }) => holds),
    data: { name, orders: data.orders.length, products: data.products.length },
    seed,
    tookMs: Math.round(tookMs),
    flows: parities.map(({ flow, holds, sides, comparisons }) => ({
      flow,
      holds,
      sides: sides.map(({ title, snapshot, violations, tookMs, virtualMs }) => ({
        title,
        tookMs: Math.round(tookMs),
        ...(virtualMs !== undefined && { virtualMs }),
        violations,
        numbers: Object.fromEntries(snapshot.numbers),
      })),
      comparisons,
    })),
  }
}

/** Empty partitions, of which there are many, make one line. */
function summarize(comparisons: readonly Comparison[]): Comparison[] {
  const isEmpty = ({ count, differences }: Comparison) => count === 0 && differences.length === 0
  const empty = comparisons.filter(isEmpty).length
  const full = comparisons.filter(comparison => !isEmpty(comparison))
  if (empty === 0) return full
  const last = full.findLastIndex(({ what }) => what.startsWith('order'))
  return full.toSpliced(last + 1, 0, {
    what: `order in ${plural(empty, 'other')}`,
    count: 0,
    noun: 'message',
    differences: [],
  })
}

function formatComparison(
  { what, count, noun, differences }: Comparison,
  sides: Parity['sides'],
  width: number,
): string {
  const amount = `${count === 0 ? 'no' : formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
  const head = `${pad(what, WHAT_WIDTH)} ${pad(amount, 15)}`
  if (differences.length === 0) return `  ${style.good('✓')} ${head} ${style.quiet('the same')}`
  const more = differences.length - EXAMPLES
  return [
    `  ${style.bad('✗')} ${head} differ`,
    ...differences.slice(0, EXAMPLES).map(difference => formatDifference(difference, sides, width)),
    ...(more > 0 ? [`      and ${formatCount(more)} more`] : []),
  ].join('\n')
}

function formatDifference({ where, left, right }: Difference, sides: Parity['sides'], width: number): string {
  const nameWidth = Math.max(...sides.map(({ title }) => title.length))
  const start = Math.max(0, firstDifference(left ?? '', right ?? '') - LEAD)
  const line = ({ title }: Side, text: string | undefined) => {
    const lead = `        ${pad(title, nameWidth)}  `
    return lead + (text === undefined ? style.quiet('nothing') : excerpt(text, start, width - lead.length))
  }
  return [`      ${where}`, line(sides[0], left), line(sides[1], right)].join('\n')
}

function excerpt(text: string, start: number, width: number): string {
  const from = start === 0 ? text : `…${text.slice(start)}`
  const flat = from.replaceAll('\n', ' · ')
  return flat.length <= width ? flat : `${flat.slice(0, Math.max(0, width - 1))}…`
}

function firstDifference(left: string, right: string): number {
  let index = 0
  while (index < left.length && left[index] === right[index]) index++
  return index
}

function formatGuarantees({ title, violations }: Side, width: number): string {
  const what = pad(`guarantees, ${title}`, WHAT_WIDTH)
  if (violations.length === 0) return `  ${style.good('✓')} ${what} ${style.quiet('hold')}`
  return [
    `  ${style.bad('✗')} ${what} ${plural(violations.length, 'violation')}`,
    ...violations
      .slice(0, EXAMPLES)
      .map(({ guarantee, message }) => `      ${wrap(`${guarantee}: ${message}`, width - 6, '      ')}`),
  ].join('\n')
}

function sayTime({ title, tookMs, virtualMs }: Side): string {
  const virtual = virtualMs === undefined ? '' : ` for ${formatTime(virtualMs)} of virtual time`
  return `${title}: ${formatTime(tookMs)}${virtual}`
}

function sayOutcome({ sides }: Parity): string {
  const { numbers } = sides[0].snapshot
  const number = (name: string) => numbers.get(name) ?? 0
  return `Both ended with ${plural(number('orders.accepted'), 'order')}, a revenue of ${formatMoney(number('sales.revenueCents'))} and ${formatCount(number('sales.units'))} units sold.`
}
