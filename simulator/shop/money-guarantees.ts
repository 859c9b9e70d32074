/**
 * What the shop promises about money and mails: what the outside parties really did must match what the log says.
 */
import type { Evidence, Guarantee, Outcome, Violation } from '#simulator/scenario/scenario.ts'
import { violation } from './judging.ts'
import { type ExpectedOrder, has, shopLog } from './log-fold.ts'

export const chargedAtMostOnce: Guarantee = {
  name: 'charged-at-most-once',
  promise: 'Every order is charged at most once.',
  kind: 'always',
  judge(evidence) {
    const violations: Violation[] = []
    for (const [orderId, { times }] of count(evidence, 'psp', 'charge'))
      if (times > 1)
        violations.push(
          violation('doubled', orderId, `${orderId} was charged ${times} times (should be at most 1)`),
        )
    return violations
  },
}

export const chargedWhenPaid: Guarantee = {
  name: 'charged-when-paid',
  promise: 'An order is charged, with its total, exactly when PaymentAuthorized says so.',
  kind: 'eventually',
  judge: evidence =>
    compare(evidence, 'psp', 'charge', order => has(order, 'PaymentAuthorized'), 'was charged'),
}

export const mailedWhenPaid: Guarantee = {
  name: 'mailed-when-paid',
  promise: 'The customer gets one mail for every order that was paid.',
  kind: 'eventually',
  judge: evidence =>
    compare(evidence, 'mail', 'mail', order => has(order, 'PaymentAuthorized'), 'was mailed about'),
}

export const refundedWhenCancelled: Guarantee = {
  name: 'refunded-when-cancelled',
  promise: 'An order that was paid and then cancelled is refunded once, and no other is.',
  kind: 'eventually',
  judge: evidence =>
    compare(
      evidence,
      'psp',
      'refund',
      order => has(order, 'PaymentAuthorized') && has(order, 'OrderCancelled'),
      'was refunded',
    ),
}

interface Count {
  times: number
  cents: number
}

function count(evidence: Evidence, party: string, action: string): Map<string, Count> {
  const counts = new Map<string, Count>()
  for (const entry of evidence.ledger(party)) {
    if (entry.action !== action) continue
    const orderId = String(entry.orderId)
    const { times, cents } = counts.get(orderId) ?? { times: 0, cents: 0 }
    counts.set(orderId, { times: times + 1, cents: cents + Number(entry.amountCents ?? 0) })
  }
  return counts
}

/** Compares how often a party did something for each order with how often it should have, and with which amount. */
function compare(
  evidence: Evidence,
  party: string,
  action: string,
  isDue: (order: ExpectedOrder) => boolean,
  verb: string,
): Violation[] {
  const counts = count(evidence, party, action)
  const { orders } = evidence.fold(shopLog)
  const violations: Violation[] = []
  for (const [orderId, order] of orders) {
    const { times, cents } = counts.get(orderId) ?? { times: 0, cents: 0 }
    const due = isDue(order) ? 1 : 0
    counts.delete(orderId)
    if (times !== due)
      violations.push(
        violation(
          outcomeOf(action, times, due),
          orderId,
          `${orderId} ${verb} ${times} times (should be ${due})`,
        ),
      )
    else if (times > 0 && action !== 'mail' && cents !== order.totalCents)
      violations.push(
        violation(
          'corrupt',
          orderId,
          `${orderId} ${verb} with ${cents} cents (should be ${order.totalCents})`,
        ),
      )
  }
  for (const [orderId, { times }] of counts)
    violations.push(
      violation('phantom', orderId, `${orderId} ${verb} ${times} times, but the log has no such order`),
    )
  return violations
}

/** Charged and nobody knows, or cancelled and not paid back: somebody's money is held for nothing. */
function outcomeOf(action: string, times: number, due: number): Outcome {
  if (times > 1) return 'doubled'
  if (action === 'mail') return times > due ? 'phantom' : 'lost'
  if (action === 'charge') return times > due ? 'leaked' : 'lost'
  return times > due ? 'corrupt' : 'leaked'
}
