/**
 * What `chaos` prints: the schedule before the run, and afterwards what was killed and what has become of the orders.
 */
import type { ChaosResult } from '#simulator/live/chaos/chaos-run.ts'
import type { Schedule } from '#simulator/live/chaos/schedule.ts'
import { fact, formatSteps } from './facts.ts'
import {
  formatCount,
  formatMoney,
  formatTable,
  formatTime,
  plural,
  style,
  terminalWidth,
  wrap,
} from './terminal.ts'

export interface ChaosRun {
  readonly orders: number
  readonly everyMs: number
  readonly kills: number
  readonly brokerKills: number
  readonly seed: number
  readonly work: 'solutions' | 'exercises'
}

/** So many violations of one guarantee are told; the rest is counted. */
const EXAMPLES = 3

export function formatPlan(run: ChaosRun, schedule: Schedule, broker: string): string {
  const width = terminalWidth()
  const { orders, everyMs, kills, brokerKills, seed } = run
  const rows = [
    ...schedule.kills,
    ...schedule.brokerKills.map(outage => ({
      ...outage,
      service: style.warning('the broker'),
      again: undefined,
    })),
  ]
    .toSorted((left, right) => left.atMs - right.atMs)
    .map(({ service, atMs, downMs, again }) => [
      formatTime(atMs),
      service,
      formatTime(downMs),
      again === undefined
        ? ''
        : `${formatTime(again.afterMs)} after it works again, for ${formatTime(again.downMs)}`,
    ])
  return [
    '',
    `${style.title('Chaos')}  ${plural(orders, 'order')}, one every ${everyMs} ms; ${plural(kills, 'kill')} of service processes, ${brokerKills} of the broker (SIGKILL)`,
    '',
    fact('Broker', broker, width),
    fact('Seed', `${seed}  it makes the orders and the schedule; what they meet is up to real time`, width),
    '',
    formatTable(
      [
        { heading: 'at', align: 'right' },
        { heading: 'killed' },
        { heading: 'down for', align: 'right' },
        { heading: 'and again' },
      ],
      rows,
    ),
    '',
  ].join('\n')
}

export function formatResult(run: ChaosRun, result: ChaosResult, tookMs: number): string {
  const width = terminalWidth()
  const { summary, recoveryMs, messages } = result
  const { orders, money, mail, readModels } = summary
  const [longest] = summary.lag.toSorted((left, right) => right.worstAgeMs - left.worstAgeMs)
  const facts: [string, string][] = [
    ['Kills', killsByService(result)],
    ['Broker', brokerKills(result)],
    ['Unplanned', unplanned(result)],
    [
      'Orders',
      `${formatCount(orders.accepted)} of ${formatCount(run.orders)} accepted · ${formatCount(orders.confirmed)} confirmed · ${formatCount(orders.cancelled)} cancelled · ${bad(orders.open, 'open')} · ${bad(orders.lost, 'lost')}`,
    ],
    [
      'Charges',
      `${formatCount(money.charged)} orders, ${formatMoney(money.chargedCents)} · ${bad(money.chargedAgain, 'twice')}`,
    ],
    ['Refunds', `${formatCount(money.refunded)} orders · ${bad(money.refundedAgain, 'twice')}`],
    [
      'Mails',
      `${formatCount(mail.sent)} orders · ${bad(mail.sentAgain, 'twice')} · ${bad(mail.missing, 'missing')}`,
    ],
    [
      'Read models',
      readModels
        .map(({ model, rows, wrongRows }) => `${model} ${rows} rows, ${bad(wrongRows, 'wrong')}`)
        .join(' · '),
    ],
    [
      'Longest lag',
      longest === undefined
        ? 'none'
        : `${longest.group} ${formatTime(longest.worstAgeMs)} · ${formatCount(longest.worstMessages)} messages`,
    ],
    [
      'Recovery',
      `${result.cameToRest ? formatTime(recoveryMs) : style.bad('none')} from the last order and the last outage until no consumer was behind${result.allReady ? '' : style.bad(' · not all processes were ready again')}`,
    ],
    ['Log', `${formatCount(messages)} messages; ${formatCount(summary.events)} different events`],
  ]
  return [
    '',
    ...facts.map(([label, text]) => fact(label, text, width)),
    '',
    formatGuarantees(result, width),
    '',
    result.holds
      ? `  ${style.good('✓')} Nothing accepted was lost, nothing was done twice, everything came right. ${style.quiet(`Seed ${run.seed}, ${formatTime(tookMs)}.`)}`
      : `  ${style.bad('✗')} ${failure(run, result)} ${style.quiet(`Seed ${run.seed}, ${formatTime(tookMs)}.`)}`,
    '',
    formatSteps('Again', [{ command: command(run), what: 'the same orders and kills' }], width),
    '',
  ].join('\n')
}

/** The names of those that hold beside one another; of the others what has happened. */
function formatGuarantees({ guarantees, violations }: ChaosResult, width: number): string {
  const isBroken = (name: string) => violations.some(({ guarantee }) => guarantee === name)
  const held = guarantees.filter(name => !isBroken(name))
  const broken = guarantees.filter(isBroken).map(name => {
    const messages = violations.filter(({ guarantee }) => guarantee === name).map(({ message }) => message)
    const more =
      messages.length > EXAMPLES ? [`and ${formatCount(messages.length - EXAMPLES)} more of the kind`] : []
    const lines = [...messages.slice(0, EXAMPLES), ...more]
    return [
      `  ${style.bad('✗')} ${name}`,
      ...lines.map(line => `      ${wrap(line, Math.min(width, 110) - 6, '      ')}`),
    ].join('\n')
  })
  const holding =
    held.length === 0
      ? []
      : [`  ${style.good('✓')} ${wrap(held.join(', '), Math.min(width, 110) - 4, '    ')}`]
  return [...holding, ...broken].join('\n')
}

function failure({ orders }: ChaosRun, { violations, cameToRest, allReady, summary }: ChaosResult): string {
  const broken = new Set(violations.map(({ guarantee }) => guarantee)).size
  if (broken > 0) return `${plural(broken, 'guarantee')} broken.`
  if (!cameToRest) return 'Something was still unread or unsent when patience ended.'
  if (!allReady) return 'Not all processes became ready again.'
  return `Only ${formatCount(summary.orders.accepted)} of ${formatCount(orders)} orders were accepted.`
}

function killsByService({ kills }: ChaosResult): string {
  if (kills.length === 0) return 'none'
  const atWork = kills.filter(({ wasAtWork }) => wasAtWork).length
  const starting = kills.filter(({ wasReady }) => !wasReady).length
  const how = [
    ...(atWork === 0 ? [] : [`${atWork} at work`]),
    ...(starting === 0 ? [] : [`${starting} before it was ready again`]),
  ]
  const each = countNames(kills.map(({ service }) => service))
  return `${kills.length}: ${each}${how.length === 0 ? '' : ` (${how.join(', ')})`}`
}

function brokerKills({ brokerKills }: ChaosResult): string {
  if (brokerKills.length === 0) return 'not killed'
  const longestMs = Math.max(...brokerKills.map(({ goneMs }) => goneMs))
  return `killed ${plural(brokerKills.length, 'time')}, gone for up to ${formatTime(longestMs)}`
}

function unplanned({ unplanned }: ChaosResult): string {
  if (unplanned.length === 0) return 'no process ended that was not killed'
  const services = new Map<string, string[]>()
  for (const { service, code } of unplanned) services.set(code, [...(services.get(code) ?? []), service])
  const each = [...services].map(
    ([code, names]) => `${names.length} ${CODES[code] ?? code} (${countNames(names)})`,
  )
  return `ended and started again: ${each.join(', ')}`
}

/** Why processes end that nobody has killed. */
const CODES: Readonly<Record<string, string>> = {
  'broker-unreachable': 'found no broker at their start',
}

/** `orders 2, relay 1` */
function countNames(names: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts]
    .sort()
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}

function bad(count: number, what: string): string {
  const text = `${formatCount(count)} ${what}`
  return count === 0 ? text : style.bad(text)
}

function command({ orders, everyMs, kills, brokerKills, seed, work }: ChaosRun): string {
  const numbers = `--orders ${orders} --every-ms ${everyMs} --kills ${kills} --broker-kills ${brokerKills}`
  return `npm run chaos -- ${numbers} --seed ${seed}${work === 'solutions' ? '' : ` --work ${work}`}`
}
