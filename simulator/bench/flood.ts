/**
 * Orders as fast as the shop takes them: a bounded number under way at a time, the next as soon as one is accepted.
 */
import { actsOf, perform } from '#simulator/live/parity/acts.ts'
import type { ClientNotes } from '#simulator/shop/client-notes.ts'
import type { DataSet } from '#simulator/shop/data-set.ts'
import { createShopper } from '#simulator/shop/shopper.ts'

const AT_ONCE = 16

/** Resolves when all orders are accepted. */
export async function flood(notes: ClientNotes, data: DataSet): Promise<void> {
  const shopper = createShopper(notes)
  for (const acts of Object.values(actsOf(data))) {
    const left = acts.values()
    const work = async () => {
      for (const act of left) await perform(shopper, notes, act)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  }
}
