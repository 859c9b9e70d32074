/**
 * The fault catalogue: each failure mode once.
 */
import type { FaultKind } from './fault-kind.ts'
import { messageFaults } from './messages.ts'
import { processFaults } from './processes.ts'
import { requestFaults } from './requests.ts'
import { storageFaults } from './storage.ts'

export const CATALOGUE: readonly FaultKind[] = [
  ...processFaults,
  ...messageFaults,
  ...requestFaults,
  ...storageFaults,
]

/** @returns the entry, or undefined for a kind that does not exist */
export function findFaultKind(kind: string): FaultKind | undefined {
  return CATALOGUE.find(entry => entry.kind === kind)
}
