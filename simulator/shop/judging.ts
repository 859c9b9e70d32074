/**
 * What several guarantees of the shop are judged by.
 */
import type { Evidence, Guarantee, Outcome, ReadModel, Violation } from '#simulator/scenario/scenario.ts'
import { type ExpectedOrder, shopLog } from './log-fold.ts'

/** A read model is exactly what the log says. */
export function asTheLogSays(
  model: ReadModel,
  name: string,
  promise: string,
  outcome: (actual: unknown, expected: unknown, key: string) => Outcome,
): Guarantee {
  return {
    name,
    promise,
    kind: 'eventually',
    judge(evidence) {
      const rows = model.read(evidence.database(model.database))
      const expectedRows = model.expected(evidence)
      const violations: Violation[] = []
      for (const key of new Set([...expectedRows.keys(), ...rows.keys()])) {
        const actual = JSON.stringify(rows.get(key)) ?? 'nothing'
        const expected = JSON.stringify(expectedRows.get(key)) ?? 'nothing'
        if (actual === expected) continue
        const message = `${model.name} has ${actual} for ${key} (should be ${expected})`
        violations.push(
          violation(outcome(rows.get(key), expectedRows.get(key), key), key.split(' ')[0]!, message),
        )
      }
      return violations
    },
  }
}

export function moreOrLess(actual: unknown, expected: unknown): Outcome {
  return Number(actual ?? 0) > Number(expected ?? 0) ? 'doubled' : 'lost'
}

export function judgeOrders(
  evidence: Evidence,
  judge: (orderId: string, order: ExpectedOrder) => Violation | undefined,
): Violation[] {
  const violations: Violation[] = []
  for (const [orderId, order] of evidence.fold(shopLog).orders) {
    const found = judge(orderId, order)
    if (found !== undefined) violations.push(found)
  }
  return violations
}

export function violation(outcome: Outcome, subject: string, message: string): Violation {
  return { outcome, message, subjects: [subject] }
}
