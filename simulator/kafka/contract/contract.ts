/**
 * The Kafka contract as a whole: behaviour that the simulator and a real broker share, or that differs for a reason.
 */
import { administering } from './administering.ts'
import { announcing } from './announcing.ts'
import { committing } from './committing.ts'
import { consuming } from './consuming.ts'
import { encoding } from './encoding.ts'
import { enterContract, type Implementation } from './enter.ts'
import { failingHandlers } from './failing.ts'
import { groups } from './groups.ts'
import { idempotence } from './idempotence.ts'
import { mistakes } from './mistakes.ts'
import { partitioning } from './partitioning.ts'
import { positions } from './positions.ts'
import { producing } from './producing.ts'
import { sessions } from './sessions.ts'
import type { Case } from './stage.ts'
import { topics } from './topics.ts'
import { transactions } from './transactions.ts'

/** All cases, by what they are about. */
export const CASES: Readonly<Record<string, readonly Case[]>> = {
  partitioning,
  producing,
  encoding,
  idempotence,
  consuming,
  committing,
  positions,
  'failing handlers': failingHandlers,
  groups,
  sessions,
  transactions,
  topics,
  administering,
  announcing,
  mistakes,
}

export function kafkaContract(implementation: Implementation): void {
  enterContract(implementation, CASES)
}
