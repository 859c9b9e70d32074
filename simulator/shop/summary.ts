/**
 * What a run did to the shop, in numbers: orders, money, mail, stock, each read model and each consumer's lag.
 */
import type { Evidence } from '#simulator/scenario/scenario.ts'
import { type DriftStep, drift } from '#simulator/trace/drift.ts'
import { createLag, lagSummary } from '#simulator/trace/lag.ts'
import type { ClientNotes } from './client-notes.ts'
import { has, isFinal, shopLog } from './log-fold.ts'
import { READ_MODELS } from './read-models.ts'
import {
  REVENUE,
  type RevenueRow,
  rowsOf,
  STOCK,
  type StockRow,
  WEEKLY_SALES,
  type WeeklySalesRow,
} from './tables.ts'
import { EVENT_TOPICS, GROUPS } from './topics.ts'

export interface ShopSummary {
  readonly orders: {
    /** Orders the client was told are accepted. */
    readonly accepted: number
    readonly confirmed: number
    readonly cancelled: number
    /** Neither confirmed nor cancelled at the end. */
    readonly open: number
    /** Accepted, but not in the log. */
    readonly lost: number
  }
  /** Units in confirmed orders, as the weekly sales have them. */
  readonly units: number
  /** Of confirmed orders, as the revenue report has it. */
  readonly revenueCents: number
  /** Different events in the log. */
  readonly events: number
  readonly money: {
    readonly charged: number
    readonly chargedCents: number
    readonly chargedAgain: number
    readonly refunded: number
    readonly refundedAgain: number
  }
  readonly mail: { readonly sent: number; readonly sentAgain: number; readonly missing: number }
  readonly stock: { readonly negative: number }
  readonly readModels: readonly ReadModelSummary[]
  readonly lag: readonly LagSummary[]
}

export interface ReadModelSummary {
  readonly model: string
  readonly rows: number
  /** Rows that are not what the log says, at the end. */
  readonly wrongRows: number
  /** The most rows that were wrong in any sample. */
  readonly worstRows: number
  /** The longest time in a row during which samples were wrong, in virtual milliseconds. */
  readonly longestWrongMs: number
}

export interface LagSummary {
  readonly group: string
  readonly worstMessages: number
  readonly worstAgeMs: number
}

/** Worst values only: the course of a hundred thousand orders would not fit. */
const lag = createLag({ keepSteps: false })

/** Folds that a run must be given for its summary. */
export const SUMMARY_FOLDS = [lag, drift]

export function summarize(evidence: Evidence, notes: ClientNotes): ShopSummary {
  const log = evidence.fold(shopLog)
  let confirmed = 0
  let cancelled = 0
  let open = 0
  let authorized = 0
  for (const order of log.orders.values()) {
    if (!isFinal(order)) open++
    else if (has(order, 'OrderCancelled')) cancelled++
    else confirmed++
    if (has(order, 'PaymentAuthorized')) authorized++
  }
  let lost = 0
  for (const orderId of notes.accepted.keys()) if (!log.orders.has(orderId)) lost++

  const charges = entries(evidence, 'psp', 'charge')
  const refunds = entries(evidence, 'psp', 'refund')
  const mails = entries(evidence, 'mail', 'mail')
  const inventory = evidence.database('inventory')
  const revenue = [...rowsOf<RevenueRow>(evidence.database('analytics'), REVENUE)]
  return {
    orders: { accepted: notes.accepted.size, confirmed, cancelled, open, lost },
    units: sum([...rowsOf<WeeklySalesRow>(inventory, WEEKLY_SALES)].map(row => row.units)),
    revenueCents: sum(revenue.map(row => row.cents)),
    events: sum(EVENT_TOPICS.map(topic => log.events[topic].size)),
    money: {
      charged: charges.orders,
      chargedCents: charges.cents,
      chargedAgain: charges.again,
      refunded: refunds.orders,
      refundedAgain: refunds.again,
    },
    mail: { sent: mails.orders, sentAgain: mails.again, missing: Math.max(0, authorized - mails.orders) },
    stock: { negative: [...rowsOf<StockRow>(inventory, STOCK)].filter(row => row.stock < 0).length },
    readModels: readModels(evidence),
    lag: lagOf(evidence),
  }
}

function entries(
  evidence: Evidence,
  party: string,
  action: string,
): { orders: number; again: number; cents: number } {
  const seen = new Set<unknown>()
  let all = 0
  let cents = 0
  for (const entry of evidence.ledger(party)) {
    if (entry.action !== action) continue
    all++
    cents += typeof entry.amountCents === 'number' ? entry.amountCents : 0
    seen.add(entry.orderId)
  }
  return { orders: seen.size, again: all - seen.size, cents }
}

function readModels(evidence: Evidence): ReadModelSummary[] {
  const models = evidence.fold(drift).models()
  const { t } = evidence.fold(lag)
  return READ_MODELS.map(model => {
    const observed = models.get(model.name)
    return {
      model: model.name,
      rows: model.read(evidence.database(model.database)).size,
      wrongRows: observed?.steps.at(-1)?.rows ?? 0,
      worstRows: observed?.worstRows ?? 0,
      longestWrongMs: observed === undefined ? 0 : longestWrong(observed.steps, t),
    }
  })
}

function longestWrong(steps: readonly DriftStep[], endMs: number): number {
  let longestMs = 0
  let sinceMs: number | undefined
  for (const { t, rows } of [...steps, { t: endMs, rows: 0 }]) {
    if (rows > 0) sinceMs ??= t
    else if (sinceMs !== undefined) {
      longestMs = Math.max(longestMs, t - sinceMs)
      sinceMs = undefined
    }
  }
  return longestMs
}

function lagOf(evidence: Evidence): LagSummary[] {
  const { t, groups } = evidence.fold(lag)
  // Others come and go: the operator reads topics under names of its own.
  return GROUPS.flatMap(name => groups.get(name) ?? []).map(({ group, total }) => {
    const { worstMessages, worstAgeMs } = lagSummary(total, t)
    return { group, worstMessages, worstAgeMs }
  })
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
