/**
 * What the shop promises, whatever fails: each promise is judged on the log, the databases and the ledgers of the outside parties.
 */
import type { Guarantee, Outcome, Violation } from '#simulator/scenario/scenario.ts'
import type { ClientNotes } from './client-notes.ts'
import { asTheLogSays, judgeOrders, moreOrLess, violation } from './judging.ts'
import { type ExpectedOrder, FACT, type Flaw, has, isFinal, shopLog } from './log-fold.ts'
import {
  chargedAtMostOnce,
  chargedWhenPaid,
  mailedWhenPaid,
  refundedWhenCancelled,
} from './money-guarantees.ts'
import { OLD_COMMANDS } from './old-data.ts'
import { revenueModel, searchModel, stockModel, weeklySalesModel } from './read-models.ts'
import { rowsOf, STOCK, type StockRow } from './tables.ts'
import type { EventTopic } from './topics.ts'
import { warehouseAnswers, warehouseCounts } from './warehouse-guarantees.ts'

/** @param isGenerated the generated workload brings about every branch; a data set need not */
export function createGuarantees(notes: ClientNotes, isGenerated: boolean): Guarantee[] {
  return [
    acceptedOrdersKept(notes),
    ordersFinished,
    chargedAtMostOnce,
    chargedWhenPaid,
    mailedWhenPaid,
    refundedWhenCancelled,
    stockNeverNegative,
    asTheLogSays(
      stockModel,
      'stock-adds-up',
      'Stock is the opening stock minus what is held or sold.',
      () => 'leaked',
    ),
    asTheLogSays(
      weeklySalesModel,
      'weekly-sales',
      'Weekly sales count each confirmed order once.',
      moreOrLess,
    ),
    asTheLogSays(
      searchModel,
      'search',
      'The search index shows each product as it was last changed.',
      () => 'stale',
    ),
    asTheLogSays(revenueModel, 'revenue', 'Revenue counts each confirmed order once.', moreOrLess),
    warehouseCounts,
    warehouseAnswers,
    publishedAsRecorded,
    lifecycleKept,
    traceable(notes),
    ...(isGenerated ? BRANCHES : []),
  ]
}

const acceptedOrdersKept = (notes: ClientNotes): Guarantee => ({
  name: 'accepted-orders-kept',
  promise: 'An order that was accepted is recorded and published.',
  kind: 'eventually',
  judge(evidence) {
    const { orders } = evidence.fold(shopLog)
    const recorded = new Set<string>()
    for (const { stream } of rowsOf<{ stream: string }>(
      evidence.database('orders'),
      'SELECT DISTINCT stream FROM events',
    ))
      recorded.add(stream)
    const violations: Violation[] = []
    for (const [orderId, totalCents] of notes.accepted) {
      const order = orders.get(orderId)
      if (!recorded.has(orderId))
        violations.push(
          violation('lost', orderId, `${orderId} was accepted, but is not in the orders database`),
        )
      else if (order === undefined || !has(order, 'OrderPlaced'))
        violations.push(
          violation('lost', orderId, `${orderId} was accepted, but its OrderPlaced was never published`),
        )
      else if (order.totalCents !== totalCents)
        violations.push(
          violation(
            'corrupt',
            orderId,
            `${orderId} was accepted for ${totalCents} cents and published with ${order.totalCents}`,
          ),
        )
    }
    return violations
  },
})

const ordersFinished: Guarantee = {
  name: 'orders-finished',
  promise: 'Every order is confirmed or cancelled in the end.',
  kind: 'eventually',
  judge: evidence =>
    judgeOrders(evidence, (orderId, order) =>
      has(order, 'OrderPlaced') && !isFinal(order)
        ? violation(
            'stuck',
            orderId,
            `${orderId} is neither confirmed nor cancelled; the log has ${factsOf(order)}`,
          )
        : undefined,
    ),
}

const stockNeverNegative: Guarantee = {
  name: 'stock-never-negative',
  promise: 'No more is promised than there is in stock.',
  kind: 'always',
  judge(evidence) {
    const violations: Violation[] = []
    for (const { id, stock } of rowsOf<StockRow>(evidence.database('inventory'), STOCK))
      if (stock < 0) violations.push(violation('corrupt', id, `the stock of ${id} is ${stock}`))
    for (const [id, units] of evidence.fold(shopLog).held) {
      const openingStock = evidence.fold(shopLog).products.get(id)?.openingStock ?? 0
      if (units > openingStock)
        violations.push(
          violation(
            'corrupt',
            id,
            `${units} units of ${id} are reserved, but there were only ${openingStock}`,
          ),
        )
    }
    return violations
  },
}

/** Where each topic's events are recorded before they are published. */
const OWNERS: Record<EventTopic, { database: string; ids: string }> = {
  'order.events': { database: 'orders', ids: 'SELECT id FROM events' },
  'payment.events': { database: 'payments', ids: "SELECT id FROM outbox WHERE topic = 'payment.events'" },
  'stock.events': { database: 'inventory', ids: "SELECT id FROM outbox WHERE topic = 'stock.events'" },
  'product.events': { database: 'catalog', ids: "SELECT id FROM outbox WHERE topic = 'product.events'" },
}

const publishedAsRecorded: Guarantee = {
  name: 'published-as-recorded',
  promise: 'What is recorded is published, and nothing else is.',
  kind: 'eventually',
  judge(evidence) {
    const { events } = evidence.fold(shopLog)
    const violations: Violation[] = []
    for (const [topic, { database, ids }] of Object.entries(OWNERS)) {
      const published = events[topic as EventTopic]
      const recorded = new Set<string>()
      for (const { id } of rowsOf<{ id: string }>(evidence.database(database), ids)) {
        recorded.add(id)
        if (!published.has(id))
          violations.push(
            violation('lost', id, `event ${id} is in the ${database} database, but not in ${topic}`),
          )
      }
      if (published.size === recorded.size && violations.length === 0) continue
      for (const [id, correlation] of published)
        if (!recorded.has(id))
          violations.push(
            violation(
              'phantom',
              correlation,
              `event ${id} of ${correlation} is in ${topic}, but not in the ${database} database`,
            ),
          )
    }
    return violations
  },
}

const OUTCOME_OF_FLAW: Record<Flaw['kind'], Outcome> = {
  unreadable: 'corrupt',
  repeated: 'doubled',
  'before-placed': 'reordered',
  'after-cancelled': 'corrupt',
  unfounded: 'corrupt',
  'broken-correlation': 'untraceable',
}

const lifecycleKept: Guarantee = {
  name: 'lifecycle-kept',
  promise: 'The log tells each order as a life that makes sense, each step once.',
  kind: 'eventually',
  judge: evidence =>
    evidence
      .fold(shopLog)
      .flaws.map(({ kind, subject, message }) => violation(OUTCOME_OF_FLAW[kind], subject, message)),
}

const traceable = (notes: ClientNotes): Guarantee => ({
  name: 'traceable',
  promise: 'From every event a chain of causes leads to the command it began with.',
  kind: 'eventually',
  judge: evidence =>
    evidence
      .fold(shopLog)
      .roots.filter(({ causation }) => !notes.commands.has(causation) && !OLD_COMMANDS.includes(causation))
      .map(({ id, type, subject, causation }) =>
        violation(
          'untraceable',
          subject,
          `${type} ${id} of ${subject} was caused by ${causation}, which is neither event nor command`,
        ),
      ),
})

/** What must have happened at all, or the promises above would be kept by a shop that does nothing. */
const BRANCHES: Guarantee[] = [
  sometimes('some-confirmed', 'Some order is confirmed.', order => has(order, 'OrderConfirmed')),
  sometimes('some-declined', 'Some payment is declined.', order => has(order, 'PaymentDeclined')),
  sometimes('some-out-of-stock', 'Some order asks for more than there is.', order =>
    has(order, 'StockRejected'),
  ),
  sometimes('some-refunded', 'Some order is cancelled after it was paid.', order =>
    has(order, 'PaymentRefunded'),
  ),
]

function sometimes(name: string, promise: string, test: (order: ExpectedOrder) => boolean): Guarantee {
  return {
    name,
    promise,
    kind: 'sometimes',
    judge(evidence) {
      for (const order of evidence.fold(shopLog).orders.values()) if (test(order)) return []
      return [{ outcome: 'stuck', message: `this never happened: ${promise}` }]
    },
  }
}

function factsOf(order: ExpectedOrder): string {
  const facts = Object.keys(FACT) as (keyof typeof FACT)[]
  return facts.filter(fact => has(order, fact)).join(', ') || 'nothing of it'
}
