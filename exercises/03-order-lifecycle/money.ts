/**
 * Amounts in whole cents; no fraction of a cent is ever stored or added up.
 */
import type { OrderLine } from './contract.ts'

type Priced = Pick<OrderLine, 'quantity' | 'unitPriceCents' | 'discountBasisPoints'>

/** quantity x price x (1 - discount), rounded half up to the cent, in integers. */
export function lineTotalCents({ quantity, unitPriceCents, discountBasisPoints }: Priced): number {
  return Math.floor((quantity * unitPriceCents * (10_000 - discountBasisPoints) + 5_000) / 10_000)
}

/** Each line is rounded on its own, so that the lines add up to the total. */
export function orderTotalCents(lines: readonly Priced[]): number {
  return lines.reduce((sum, line) => sum + lineTotalCents(line), 0)
}
