/**
 * The measured columns of the flow's failure table as text, the same in the terminal and on the page.
 */

import { formatMoney, formatTime, plural } from '#simulator/explore/say-numbers.ts'
import type { FlowRow, Measured } from './flow-table.ts'

/** What the two halves of the table rest on. */
export const MEASURED = 'Measured in the run of the plan, beside the run in which nothing fails'
export const WRITTEN =
  'Not measured: the words of the fault catalogue, and of the people who built the services'
export const LEFT_OPEN =
  'Likelihood, severity and the residual risk that somebody accepts are left for you to fill in: no run can tell.'

/** `none`, `lost: accepted-orders-kept, orders-finished` */
export function sayBroken({ broken, trouble }: Measured): string {
  if (trouble !== undefined) return 'could not be judged'
  if (broken.length === 0) return 'none'
  const byOutcome = new Map<string, string[]>()
  for (const { outcome, guarantee } of broken)
    byOutcome.set(outcome, [...(byOutcome.get(outcome) ?? []), guarantee])
  return [...byOutcome].map(([outcome, names]) => `${outcome}: ${names.join(', ')}`).join('; ')
}

/** What a service suffers: it falls behind, its read model is wrong for a while. */
export function sayLocal({ lag, drift }: Measured): string {
  const parts = [
    ...lag.map(
      ({ group, messages, ageMs }) =>
        `${group}: ${plural(messages, 'message')} unread, the oldest ${short(ageMs)} old`,
    ),
    ...drift.map(({ model, forMs, rowsAtEnd }) =>
      rowsAtEnd > 0
        ? `${model} wrong for good in ${plural(rowsAtEnd, 'row')}`
        : `${model} wrong for ${short(forMs)}`,
    ),
  ]
  return parts.length === 0 ? 'none' : parts.join('; ')
}

/** What customers and the shop suffer; first of all, whether they suffer anything. */
export function sayBusiness(measured: Measured): string {
  const { orders, money, mail, stock, decidedLaterMs } = measured
  const harm = [
    count(orders.lost, 'order lost', 'orders lost'),
    count(orders.undecided, 'order never decided', 'orders never decided'),
    count(money.chargedAgain, 'charged twice', 'charged twice'),
    count(money.refundedAgain, 'refunded twice', 'refunded twice'),
    count(mail.sentAgain, 'mail sent twice', 'mails sent twice'),
    count(mail.missing, 'mail missing', 'mails missing'),
    count(stock.negative, 'product oversold', 'products oversold'),
    revenue(measured),
    decidedLaterMs === 0 ? '' : `last order decided ${short(decidedLaterMs)} later`,
  ].filter(text => text !== '')
  const kept = `${orders.kept} orders kept, ${money.charged} charged once, ${mail.sent} mailed once`
  return harm.length === 0 ? `none: ${kept}` : `${harm.join('; ')} (${kept})`
}

/** Whether the lag of a consumer group rose in the run. */
export function sayLagShows({ lag }: Measured): string {
  const [longest] = lag
  return longest === undefined ? 'no' : `yes: ${longest.group} ${short(longest.ageMs)}`
}

/** Whether anything was counted that would raise an alarm. */
export function sayErrorsShow({ signs }: Measured): string {
  return signs.length === 0 ? 'no' : `yes: ${signs.map(({ sign, count }) => `${count} ${sign}`).join(', ')}`
}

/** Whether lag shows such faults in general. */
export function sayLagInGeneral({ catalogue }: FlowRow): string {
  return catalogue.shownByLag.map(shown => (shown === 'late' ? 'only late' : shown)).join(' / ')
}

function revenue({ broken, revenueCents, usualRevenueCents }: Measured): string {
  if (broken.length === 0 || revenueCents === usualRevenueCents) return ''
  return `revenue report says ${formatMoney(revenueCents)} instead of ${formatMoney(usualRevenueCents)}`
}

function count(value: number, one: string, many: string): string {
  return value === 0 ? '' : `${value} ${value === 1 ? one : many}`
}

/** `31 s`: tenths only for what is short. */
export function short(milliseconds: number): string {
  return milliseconds < 10_000 ? formatTime(milliseconds) : formatTime(milliseconds).replace(/\.\d/, '')
}
