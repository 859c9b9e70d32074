/**
 * The Kafka contract as a whole: behaviour that the simulator and a real broker share.
 */
import { administering } from './administering.ts'
import { consuming } from './consuming.ts'
import { failingHandlers } from './failing.ts'
import { groups } from './groups.ts'
import { producing } from './producing.ts'
import { enterContract, type Implementation } from './stage.ts'
import { transactions } from './transactions.ts'

export function kafkaContract(implementation: Implementation): void {
  enterContract(implementation, {
    producing,
    consuming,
    'failing handlers': failingHandlers,
    groups,
    transactions,
    administering,
  })
}
