/**
 * What the workload knows for certain, noted while it runs: the judge holds the shop to its answers.
 */
export interface ClientNotes {
  /** Orders the shop has accepted (201), with the total it said, in cents. */
  readonly accepted: Map<string, number>
  /** The idempotency keys of all requests that were sent: the ids of the commands. */
  readonly commands: Set<string>
}

export function createClientNotes(): ClientNotes {
  return { accepted: new Map(), commands: new Set() }
}
