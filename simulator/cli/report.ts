/**
 * A run of the shop as text for the terminal.
 */

import { findFaultKind } from '#simulator/faults/catalogue.ts'
import { writeShortForm } from '#simulator/faults/short-form.ts'
import { type RunSpec, writeRunSpec } from '#simulator/shop/run-spec.ts'
import type { ShopSummary } from '#simulator/shop/summary.ts'
import type { SimResult } from './tasks.ts'
import { formatCount, formatMoney, formatTable, formatTime, plural, style, wrap } from './terminal.ts'

const MAX_VIOLATIONS = 8

export function formatReport(spec: RunSpec, result: SimResult, width: number): string {
  const { summary } = result
  return [
    heading(spec),
    plan(spec, width),
    ...(summary === undefined ? [] : [facts(summary), models(summary), lags(summary)]),
    result.story === undefined ? '' : result.story.replace(/^/gm, '  '),
    verdict(result, width),
    footer(spec, result),
  ]
    .filter(part => part !== '')
    .join('\n\n')
}

function heading(spec: RunSpec): string {
  const what = spec.data === undefined ? plural(spec.orders, 'order') : `orders of ${spec.data}`
  return `${style.title('The shop')}${style.quiet(` · ${what} · seed ${spec.plan.seed}`)}`
}

function plan({ plan: { faults } }: RunSpec, width: number): string {
  if (faults.length === 0) return `  ${style.quiet('no faults: the happy path')}`
  return faults
    .map(fault => {
      const entry = findFaultKind(fault.kind)!
      return `  ${style.warning(writeShortForm(fault))}\n    ${style.quiet(wrap(entry.what, width - 4, '    '))}`
    })
    .join('\n')
}

function facts({ orders, units, money, mail, stock, revenueCents, events }: ShopSummary): string {
  const rows: [string, string][] = [
    [
      'orders',
      `${formatCount(orders.accepted)} accepted, ${formatCount(orders.confirmed)} confirmed, ${formatCount(orders.cancelled)} cancelled${bad(orders.open, 'never finished')}${bad(orders.lost, 'lost')}`,
    ],
    ['sales', `${formatCount(units)} units for ${formatMoney(revenueCents)}`],
    [
      'money',
      `${plural(money.charged, 'order')} charged, ${formatMoney(money.chargedCents)} in all${bad(money.chargedAgain, 'charged again')}, ${formatCount(money.refunded)} refunded${bad(money.refundedAgain, 'refunded again')}`,
    ],
    [
      'mail',
      `${formatCount(mail.sent)} sent${bad(mail.sentAgain, 'sent again')}${bad(mail.missing, 'missing')}`,
    ],
    [
      'stock',
      stock.negative === 0
        ? 'not negative for any product'
        : style.bad(`negative for ${plural(stock.negative, 'product')}`),
    ],
    ['events', `${formatCount(events)} different ones in the log`],
  ]
  return rows.map(([name, text]) => `  ${style.quiet(name.padEnd(8))}${text}`).join('\n')
}

function bad(count: number, what: string): string {
  return count === 0 ? '' : `, ${style.bad(`${formatCount(count)} ${what}`)}`
}

function models({ readModels }: ShopSummary): string {
  return formatTable(
    [
      { heading: 'read model' },
      { heading: 'rows', align: 'right' },
      { heading: 'wrong at worst', align: 'right' },
      { heading: 'longest wrong', align: 'right' },
      { heading: 'at the end' },
    ],
    readModels.map(({ model, rows, worstRows, longestWrongMs, wrongRows }) => [
      model,
      formatCount(rows),
      formatCount(worstRows),
      longestWrongMs === 0 ? '-' : formatTime(longestWrongMs),
      wrongRows === 0 ? style.good('right') : style.bad(`${plural(wrongRows, 'row')} wrong`),
    ]),
  )
}

function lags({ lag }: ShopSummary): string {
  return formatTable(
    [
      { heading: 'consumer' },
      { heading: 'worst lag', align: 'right' },
      { heading: 'longest wait', align: 'right' },
    ],
    lag.map(({ group, worstMessages, worstAgeMs }) => [
      group,
      plural(worstMessages, 'message'),
      formatTime(worstAgeMs),
    ]),
  )
}

function verdict({ holds, violations, trouble, guarantees, healedAtMs }: SimResult, width: number): string {
  if (trouble !== undefined) {
    return `  ${style.bad('✗')} ${wrap(trouble.sentence, width - 4, '    ')}\n    ${style.quiet(wrap(trouble.next, width - 4, '    '))}`
  }
  if (holds)
    return `  ${style.good('✓')} all ${guarantees} guarantees hold ${style.quiet(`(healed at ${formatTime(healedAtMs)})`)}`
  const lines: string[] = []
  const broken = new Map<string, { promise: string; messages: string[] }>()
  for (const { guarantee, promise, outcome, message } of violations) {
    const entry = broken.get(guarantee) ?? { promise, messages: [] }
    entry.messages.push(`${outcome.padEnd(9)} ${message}`)
    broken.set(guarantee, entry)
  }
  for (const [guarantee, { promise, messages }] of broken) {
    lines.push(`  ${style.bad('✗')} ${style.title(guarantee)}  ${promise}`)
    for (const message of messages.slice(0, MAX_VIOLATIONS))
      lines.push(`      ${wrap(message, width - 6, ' '.repeat(16))}`)
    if (messages.length > MAX_VIOLATIONS)
      lines.push(style.quiet(`      and ${messages.length - MAX_VIOLATIONS} more`))
  }
  lines.push(
    style.quiet(
      `  ${plural(guarantees - broken.size, 'guarantee')} of ${guarantees} hold${guarantees - broken.size === 1 ? 's' : ''}`,
    ),
  )
  return lines.join('\n')
}

function footer(spec: RunSpec, { steps, virtualMs, realMs, traceHash }: SimResult): string {
  return [
    style.quiet(
      `  ${formatCount(steps)} steps, ${formatTime(virtualMs)} of virtual time in ${formatTime(realMs)}`,
    ),
    style.quiet(`  trace ${traceHash}`),
    `  ${style.quiet('again')} ${style.command(`npm run replay -- '${writeRunSpec(spec)}'`)}`,
  ].join('\n')
}
