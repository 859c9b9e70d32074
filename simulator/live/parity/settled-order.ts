/**
 * What can be said of the events of one key whoever is quicker: those that race each other are put into one order, or left out.
 */
import type { LoggedMessage } from './snapshot.ts'

/** Payment and stock answer an order at the same time, so either may come first. */
const RACING: ReadonlySet<string> = new Set(['OrderPaid', 'OrderStockReserved'])

/**
 * Everything keeps its order but two neighbours that race. Of an order that is cancelled those two are left out: it depends on
 * timing whether the good news came before the bad.
 * @param messages all of one key in one topic, in the order of the log
 */
export function settledOrder(messages: readonly LoggedMessage[]): LoggedMessage[] {
  const isCancelled = messages.some(({ type }) => type === 'OrderCancelled')
  if (isCancelled) return messages.filter(({ type }) => !RACING.has(type))
  const settled = [...messages]
  for (let index = 1; index < settled.length; index++) {
    const [before, after] = [settled[index - 1]!, settled[index]!]
    if (!RACING.has(before.type) || !RACING.has(after.type) || before.type < after.type) continue
    settled[index - 1] = after
    settled[index] = before
  }
  return settled
}
