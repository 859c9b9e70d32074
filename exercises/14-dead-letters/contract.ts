/**
 * How a service of the shop consumes: every one of them calls `consume` with exactly this.
 */
import type { Envelope } from '#work/02-event-envelope/envelope.ts'

export interface ConsumeOptions {
  /** Also names the topics `dead.<groupId>` and `retry.<groupId>`. */
  groupId: string
  topics: string[]
  /** Can be repeated: a message may come again at any time, also while it is being handled elsewhere. */
  handle(event: Envelope): Promise<void> | void
}
