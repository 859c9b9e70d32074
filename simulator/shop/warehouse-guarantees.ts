/**
 * What the shop promises about its warehouse, which is exercise 12's service.
 */
import { z } from 'zod'
import type { Guarantee } from '#simulator/scenario/scenario.ts'
import { asTheLogSays, judgeOrders, moreOrLess, violation } from './judging.ts'
import { has } from './log-fold.ts'
import { ON_THE_SHELF, warehouseModel } from './read-models.ts'

export const warehouseCounts: Guarantee = asTheLogSays(
  warehouseModel,
  'warehouse',
  'The warehouse has what came in less what went out, each counted once.',
  // What is counted twice is missing on the shelf.
  (actual, expected, key) =>
    key.endsWith(ON_THE_SHELF) ? moreOrLess(expected, actual) : moreOrLess(actual, expected),
)

const Answer = z.object({ type: z.literal('StockReserved'), data: z.object({ orderId: z.string() }) })

/** Empty for what is no answer: a student writes these. */
function answeredOrder(value: string): string {
  try {
    return Answer.parse(JSON.parse(value)).data.orderId
  } catch {
    return ''
  }
}

export const warehouseAnswers: Guarantee = {
  name: 'warehouse-answers',
  promise: 'The warehouse answers for every confirmed order.',
  kind: 'eventually',
  judge(evidence) {
    const answered = new Set<string>()
    for (const { value } of evidence.messages('reservation.events'))
      answered.add(answeredOrder(String(value)))
    return judgeOrders(evidence, (orderId, order) =>
      has(order, 'OrderConfirmed') && !answered.has(orderId)
        ? violation('lost', orderId, `${orderId} was confirmed, but the warehouse never answered`)
        : undefined,
    )
  },
}
